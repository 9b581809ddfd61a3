#pragma once

#include <tocsin/integrations/types.hpp>

#include <string>
#include <vector>

namespace tocsin::integrations {

/// The scopes to request for an OAuth application: enough for everything except writing back.
std::vector<std::string> const& requested_scopes();

/// A scope that was not granted, and what does not work without it.
struct missing_scope {
    std::string scope;
    std::string consequence;
};

/// The requested scopes that `granted` lacks. A higher level of a resource implies the lower ones: `admin`,
/// `write`, `read`. Sentry does not report the scopes of an internal integration's token, so a scope that was
/// not tried there is not reported as missing.
std::vector<missing_scope> missing_scopes(mode m, std::vector<std::string> const& granted);

}  // namespace tocsin::integrations
