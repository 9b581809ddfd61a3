#include <tocsin/integrations/applications.hpp>

namespace tocsin::integrations {

error not_configured(mode m) {
    return {
        errc::mode_not_configured,
        m == mode::oauth
            ? "This deployment has no OAuth application at Sentry. Your Tocsin operator has to set TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET."
            : "This deployment has no public integration at Sentry. Your Tocsin operator has to set TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID, and TOCSIN_SENTRY_APP_CLIENT_SECRET."
    };
}

}  // namespace tocsin::integrations
