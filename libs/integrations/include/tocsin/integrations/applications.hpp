#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/app.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// What this deployment has registered at Sentry. An internal integration needs none of it: it brings its
/// own.
struct applications {
    std::optional<sentry::public_app> app;
    std::optional<sentry::oauth_app> oauth;
    /// Where Sentry sends browsers back to; the same bytes in the authorization and in the exchange.
    std::string redirect_uri;

    bool offers(mode m) const noexcept {
        return m == mode::internal || (m == mode::public_ ? app.has_value() : oauth.has_value());
    }
    /// The modes whose credentials can be renewed here.
    std::vector<std::string> offered() const {
        std::vector<std::string> names;
        for (auto const m : {mode::public_, mode::oauth, mode::internal})
            if (offers(m)) names.emplace_back(to_string(m));
        return names;
    }
};

/// What somebody is told who wants a mode that this deployment has not registered, with the settings to make.
error not_configured(mode m);

}  // namespace tocsin::integrations
