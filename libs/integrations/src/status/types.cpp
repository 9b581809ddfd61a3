#include <tocsin/integrations/types.hpp>

namespace tocsin::integrations {

std::string_view to_string(mode m) noexcept {
    return name_of(mode_names, m);
}
std::optional<mode> parse_mode(std::string_view text) noexcept {
    return value_of(mode_names, text);
}

std::string_view to_string(status s) noexcept {
    return name_of(status_names, s);
}
std::optional<status> parse_status(std::string_view text) noexcept {
    return value_of(status_names, text);
}

std::string_view to_string(reason r) noexcept {
    return name_of(reason_names, r);
}
std::optional<reason> parse_reason(std::string_view text) noexcept {
    return value_of(reason_names, text);
}

std::string_view to_string(refresh_trigger t) noexcept {
    return name_of(refresh_trigger_names, t);
}
std::optional<refresh_trigger> parse_refresh_trigger(std::string_view text) noexcept {
    return value_of(refresh_trigger_names, text);
}

std::string_view to_string(refresh_outcome o) noexcept {
    return name_of(refresh_outcome_names, o);
}
std::optional<refresh_outcome> parse_refresh_outcome(std::string_view text) noexcept {
    return value_of(refresh_outcome_names, text);
}

std::string_view missing_webhook_secret_remedy(mode m) noexcept {
    switch (m) {
        case mode::public_:
            return "";
        case mode::oauth:
            return "An OAuth application sends no webhooks. Create an internal integration in Sentry that posts to this integration's webhook URL, and enter its client secret here. Until then, Tocsin rejects all webhooks at that URL.";
        case mode::internal:
            break;
    }
    return "Enter the client secret of the internal integration. Until then, Tocsin rejects all webhooks at the webhook URL.";
}

std::string_view remedy(mode m, status s, reason r) noexcept {
    if (s == status::connected) return "";
    switch (r) {
        case reason::awaiting_install:
            return m == mode::oauth
                       ? "Finish the authorization in Sentry: connect again and choose Authorize."
                       : "Finish the installation in Sentry: connect again and choose Install. If Sentry says that it is already installed, uninstall it there first.";
        case reason::choose_organization:
            return "Choose the Sentry organization for this integration.";
        case reason::confirm_organization:
            return "Confirm that this Sentry organization is meant for this organization.";
        case reason::ok:
            return "";
        case reason::refresh_failing:
            return m == mode::internal
                       ? "Sentry did not accept the token. Tocsin tries again, and webhooks keep working. If the token was revoked, reconnect with a new one."
                       : "Nothing to do yet: Tocsin tries again to refresh the access to Sentry, and webhooks keep working. Reconnect if the problem lasts.";
        case reason::refused:
            return m == mode::internal
                       ? "Sentry rejects the token. Create a new one in Sentry and reconnect with it."
                       : "Sentry refuses to refresh the access. Reconnect the integration.";
        case reason::expired:
            return "The access expired before it could be refreshed. Reconnect the integration.";
        case reason::uninstalled:
            return "The integration was uninstalled in Sentry. Connect it again.";
        case reason::disconnected_by_admin:
            return "An admin disconnected it. Connect it again when you need it.";
        case reason::client_misconfigured:
            return m == mode::oauth
                       ? "Sentry rejects this deployment's client ID or secret. Your Tocsin operator has to check TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET. Nothing is lost in the meantime."
                       : "Sentry rejects this deployment's client ID or secret. Your Tocsin operator has to check TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET. Nothing is lost in the meantime.";
    }
    return "";
}

}  // namespace tocsin::integrations
