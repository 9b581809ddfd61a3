#include <tocsin/base/enum_names.hpp>
#include <tocsin/integrations/types.hpp>

namespace tocsin::integrations {

namespace {

constexpr enum_names<mode, 3> mode_names{
    {{mode::public_, "public"}, {mode::oauth, "oauth"}, {mode::internal, "internal"}}
};

constexpr enum_names<status, 4> status_names{{
    {status::pending, "pending"},
    {status::connected, "connected"},
    {status::degraded, "degraded"},
    {status::disconnected, "disconnected"},
}};

constexpr enum_names<reason, 10> reason_names{{
    {reason::awaiting_install, "awaiting_install"},
    {reason::choose_organization, "choose_organization"},
    {reason::confirm_organization, "confirm_organization"},
    {reason::ok, "ok"},
    {reason::refresh_failing, "refresh_failing"},
    {reason::refused, "refused"},
    {reason::expired, "expired"},
    {reason::uninstalled, "uninstalled"},
    {reason::disconnected_by_admin, "disconnected_by_admin"},
    {reason::client_misconfigured, "client_misconfigured"},
}};

}  // namespace

std::string_view to_string(mode m) noexcept {
    return name_of(mode_names, m);
}
std::string_view to_string(status s) noexcept {
    return name_of(status_names, s);
}
std::string_view to_string(reason r) noexcept {
    return name_of(reason_names, r);
}
std::optional<mode> parse_mode(std::string_view text) noexcept {
    return value_of(mode_names, text);
}
std::optional<status> parse_status(std::string_view text) noexcept {
    return value_of(status_names, text);
}
std::optional<reason> parse_reason(std::string_view text) noexcept {
    return value_of(reason_names, text);
}

std::string_view missing_webhook_secret_remedy(mode m) noexcept {
    switch (m) {
        case mode::public_:
            return "";
        case mode::oauth:
            return "An OAuth application sends no webhooks: make an internal integration in Sentry that "
                   "posts to this "
                   "integration's webhook URL, and enter its client secret here. Until then the URL refuses "
                   "everything.";
        case mode::internal:
            break;
    }
    return "Enter the client secret of the internal integration. Until then the webhook URL refuses "
           "everything.";
}

std::string_view remedy(mode m, status s, reason r) noexcept {
    if (s == status::connected) return "";
    switch (r) {
        case reason::awaiting_install:
            return m == mode::oauth
                       ? "Finish the authorization at Sentry: connect again and choose Authorize."
                       : "Finish the installation at Sentry: connect again and choose Install. If Sentry "
                         "says that it is "
                         "installed already, uninstall it there first.";
        case reason::choose_organization:
            return "Choose which Sentry organization this integration is for.";
        case reason::confirm_organization:
            return "Confirm for which organization this Sentry organization was connected.";
        case reason::ok:
            return "";
        case reason::refresh_failing:
            return m == mode::internal ? "Sentry did not take the token; it is being tried again, and "
                                         "webhooks keep working. If it was "
                                         "revoked, reconnect with a new one."
                                       : "Nothing to do yet: renewing the access to Sentry is being retried, "
                                         "and webhooks keep working. "
                                         "Reconnect if it lasts.";
        case reason::refused:
            return m == mode::internal
                       ? "Sentry refuses the token. Make a new one in Sentry and reconnect with it."
                       : "Sentry refuses to renew the access. Reconnect the integration.";
        case reason::expired:
            return "The access expired before it could be renewed. Reconnect the integration.";
        case reason::uninstalled:
            return "The integration was uninstalled in Sentry. Connect it again.";
        case reason::disconnected_by_admin:
            return "An admin disconnected it. Connect it again when it is wanted.";
        case reason::client_misconfigured:
            return m == mode::oauth ? "This deployment's client id or secret is refused by Sentry: its "
                                      "operator has to check "
                                      "TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET. "
                                      "Nothing is lost meanwhile."
                                    : "This deployment's client id or secret is refused by Sentry: its "
                                      "operator has to check "
                                      "TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET. "
                                      "Nothing is lost meanwhile.";
    }
    return "";
}

}  // namespace tocsin::integrations
