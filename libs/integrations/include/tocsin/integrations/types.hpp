#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class mode { public_, oauth, internal };
std::string_view to_string(mode m) noexcept;
std::optional<mode> parse_mode(std::string_view text) noexcept;

enum class status { pending, connected, degraded, disconnected };
std::string_view to_string(status s) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

/// Why an integration has its status: `status_reason` of the contract.
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
std::string_view to_string(reason r) noexcept;
std::optional<reason> parse_reason(std::string_view text) noexcept;

/// What an admin can do about it, in a sentence; empty where there is nothing to do.
std::string_view remedy(mode m, status s, reason r) noexcept;
/// The remedy while webhooks of an integration with a URL of its own are refused, since their secret is
/// missing.
std::string_view missing_webhook_secret_remedy(mode m) noexcept;

/// The Sentry organization behind an integration; empty texts until Sentry has confirmed it.
struct sentry_organization {
    std::string id;
    std::string slug;
    std::string name;
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
    /// Webhooks are verified: by the deployment's secret for a public integration, else by one of its own.
    bool webhook_secret_set = true;
    /// What the token sees, while one of them has to be chosen.
    std::vector<sentry_organization> choices;
    timestamp created_at;
};

/// One attempt to renew a credential.
struct refresh_attempt {
    uuid id;
    timestamp started_at;
    std::optional<timestamp> finished_at;
    std::string trigger;
    std::optional<std::string> outcome;
    std::optional<int> http_status;
    std::optional<std::string> detail;
    std::optional<timestamp> next_at;
};

struct service_ref {
    service_id id;
    std::string slug;
    std::string name;
};

/// Sentry project -> service.
struct mapping {
    mapping_id id;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> project_name;
    service_ref service;
    bool active = true;
    std::optional<timestamp> inactive_until;
    std::vector<std::string> environments;
    std::optional<std::string> min_level;
    std::string severity = "auto";
    std::string on_archive = "resolve";  ///< or keep: archiving in Sentry leaves the incident alone
    bool open_on_error = false;          ///< a bare error may open an incident
    timestamp created_at;
};

}  // namespace tocsin::integrations
