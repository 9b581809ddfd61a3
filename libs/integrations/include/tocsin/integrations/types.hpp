#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class mode { public_, oauth, internal };
inline constexpr enum_names<mode, 3> mode_names{
    {{mode::public_, "public"}, {mode::oauth, "oauth"}, {mode::internal, "internal"}}
};
std::string_view to_string(mode m) noexcept;
std::optional<mode> parse_mode(std::string_view text) noexcept;

enum class status { pending, connected, degraded, disconnected };
inline constexpr enum_names<status, 4> status_names{{
    {status::pending, "pending"},
    {status::connected, "connected"},
    {status::degraded, "degraded"},
    {status::disconnected, "disconnected"},
}};
std::string_view to_string(status s) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

/// The reason for a status: `status_reason` in the API.
enum class reason {
    awaiting_install,
    choose_organization,
    confirm_organization,
    ok,
    refresh_failing,
    refused,
    expired,
    uninstalled,
    disconnected_by_admin,
    client_misconfigured,
};
inline constexpr enum_names<reason, 10> reason_names{{
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
std::string_view to_string(reason r) noexcept;
std::optional<reason> parse_reason(std::string_view text) noexcept;

/// What an admin can do about a status, in a sentence; empty if there is nothing to do.
std::string_view remedy(mode m, status s, reason r) noexcept;
/// The remedy for an integration with its own webhook URL that has no webhook secret.
std::string_view missing_webhook_secret_remedy(mode m) noexcept;

/// The Sentry organization of an integration; empty until Sentry has confirmed it.
struct sentry_organization {
    std::string id;
    std::string slug;
    std::string name;
};

/// True if `name` is the slug or the id of the organization.
inline bool is_named(sentry_organization const& organization, std::string_view name) noexcept {
    return organization.slug == name || organization.id == name;
}

/// A Sentry organization that an admin may choose or has to confirm.
struct organization_choice {
    sentry_organization organization;
    std::optional<uuid> installation;  ///< of a public integration
};

/// What may be shown of a credential: never a token.
struct credential_summary {
    std::optional<timestamp> expires_at;
    std::optional<timestamp> refreshed_at;
    std::optional<timestamp> next_refresh_at;
    int failed_attempts = 0;
    std::optional<std::string> last_error;
};

struct integration {
    integration_id id;
    integrations::mode mode = mode::public_;
    std::string sentry_host;
    integrations::status status = status::pending;
    integrations::reason reason = reason::awaiting_install;
    timestamp status_since;
    sentry_organization sentry_org;
    std::optional<uuid> installation;
    std::vector<std::string> scopes;
    std::optional<timestamp> last_delivery_at;
    std::optional<credential_summary> credential;
    /// Webhooks can be verified: with the deployment's secret for a public integration, else with its own.
    bool webhook_secret_set = true;
    /// While an admin has to choose an organization: those that the token can access. While an admin has to
    /// confirm the organization: that one. None in lists.
    std::vector<organization_choice> choices;
    timestamp created_at;
};

/// What started a refresh: the schedule, a person, or a call that Sentry rejected.
enum class refresh_trigger { schedule, person, use };
inline constexpr enum_names<refresh_trigger, 3> refresh_trigger_names{{
    {refresh_trigger::schedule, "schedule"},
    {refresh_trigger::person, "person"},
    {refresh_trigger::use, "use"},
}};
std::string_view to_string(refresh_trigger t) noexcept;
std::optional<refresh_trigger> parse_refresh_trigger(std::string_view text) noexcept;

enum class refresh_outcome {
    refreshed,
    refused,
    transient,
    rate_limited,
    lost,        ///< interrupted by a crash or a lost database
    superseded,  ///< another refresh, a reconnect, or a disconnect came first
};
inline constexpr enum_names<refresh_outcome, 6> refresh_outcome_names{{
    {refresh_outcome::refreshed, "refreshed"},
    {refresh_outcome::refused, "refused"},
    {refresh_outcome::transient, "transient"},
    {refresh_outcome::rate_limited, "rate_limited"},
    {refresh_outcome::lost, "lost"},
    {refresh_outcome::superseded, "superseded"},
}};
std::string_view to_string(refresh_outcome o) noexcept;
std::optional<refresh_outcome> parse_refresh_outcome(std::string_view text) noexcept;

/// What is shown of one attempt to refresh a credential.
struct refresh_attempt_summary {
    uuid id;
    timestamp started_at;
    std::optional<timestamp> finished_at;
    refresh_trigger trigger = refresh_trigger::schedule;
    std::optional<refresh_outcome> outcome;  ///< none while it runs
    std::optional<int> http_status;
    std::optional<std::string> detail;
    std::optional<timestamp> next_at;
};

struct service_ref {
    service_id id;
    std::string slug;
    std::string name;
};

struct mapping_settings {
    bool active = true;
    std::optional<timestamp> inactive_until;
    std::vector<std::string> environments;
    std::optional<std::string> min_level;
    std::string severity = "auto";
    std::string on_archive = "resolve";  ///< or "keep": archiving in Sentry does not change the incident
    bool open_on_error = false;          ///< an error without an issue webhook may open an incident
};

/// Assigns a Sentry project to a service.
struct mapping : mapping_settings {
    mapping_id id;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> project_name;
    service_ref service;
    timestamp created_at;
    std::string warning = {};  ///< of a new mapping: why its project may be a mistake
};

}  // namespace tocsin::integrations
