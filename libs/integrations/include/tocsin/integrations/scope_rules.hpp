#pragma once

#include <tocsin/integrations/types.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// What an OAuth application is asked for: enough for everything but writing back.
std::vector<std::string> const& wanted_scopes();

/// A scope that was not granted, and what does not work without it.
struct missing_scope {
    std::string scope;
    std::string without;
};

/// What is missing of `wanted_scopes`, as far as it can be known: Sentry tells nobody the scopes of an
/// internal integration's token, so there what was not tried is not called missing. A higher level of the
/// same thing implies the lower ones: `admin` is more than `write`, which is more than `read`.
std::vector<missing_scope> missing_scopes(mode of, std::vector<std::string> const& granted);

}  // namespace tocsin::integrations
