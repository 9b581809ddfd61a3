#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/app.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// This deployment's registrations at Sentry. An internal integration needs none.
struct applications {
    std::optional<sentry::public_app> app;
    std::optional<sentry::oauth_app> oauth;
    /// Where Sentry redirects browsers. The authorization and the exchange must send the same bytes.
    std::string redirect_uri;

    bool offers(mode m) const noexcept {
        return m == mode::internal || (m == mode::public_ ? app.has_value() : oauth.has_value());
    }
    /// The names of the modes whose credentials can be refreshed here.
    std::vector<std::string> offered_modes() const {
        std::vector<std::string> names;
        for (auto const& [m, name] : mode_names)
            if (offers(m)) names.emplace_back(name);
        return names;
    }
};

/// The error for a mode that this deployment has not registered, with the settings to make.
error not_configured(mode m);

}  // namespace tocsin::integrations
