#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/issue.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tocsin::sentry {

/// A key that may sign webhooks, and its name in the delivery log ("current", "previous").
struct signing_key {
    std::string name;
    secret key;
};

/// The name of the key that made `signature` (the Sentry-Hook-Signature header: exactly 64 lower-case hex
/// digits, HMAC-SHA256 of the raw body), if any. Compares in constant time and always tries all keys.
std::optional<std::string> verify_signature(
    std::vector<signing_key> const& keys, std::string_view body, std::string_view signature
);

/// The resource of a webhook. Sentry names it in an unsigned header; the signed body must agree.
enum class resource { issue, error, comment, event_alert, activity_alert, metric_alert, installation, other };
inline constexpr enum_names<resource, 8> resource_names{{
    {resource::issue, "issue"},
    {resource::error, "error"},
    {resource::comment, "comment"},
    {resource::event_alert, "event_alert"},
    {resource::activity_alert, "activity_alert"},
    {resource::metric_alert, "metric_alert"},
    {resource::installation, "installation"},
    {resource::other, "other"},
}};
std::string_view to_string(resource r) noexcept;

struct actor {
    std::string type;  ///< "user" or "application"
    std::string name;
};

/// The settings of Tocsin's action in an alert rule: name and value, as typed in Sentry.
using action_settings = std::vector<std::pair<std::string, std::string>>;

/// An alert rule that fired for an event.
struct event_alert : event {
    std::string rule;          ///< its label
    std::string rule_id;       ///< only if the rule has an alert action of the app
    action_settings settings;  ///< of that action
    bool is_test = false;      ///< a notification that a person had sent to try the rule
};

/// An action with settings in a trigger of a metric alert, of any Sentry app.
struct trigger_action {
    std::string trigger;               ///< its label, such as critical
    std::optional<uuid> installation;  ///< of the app; most versions of Sentry omit it
    std::string app_id;                ///< Sentry's number of the app; empty if it is missing
    action_settings settings;
};

/// A metric alert that was triggered or resolved; the action says which.
struct metric_alert {
    std::string id;          ///< of the open period: each has a new one
    std::string rule_id;     ///< of the rule or monitor; empty if Sentry names none
    std::string title;       ///< the name of the rule or monitor
    std::string text;        ///< "5 events in the last 10 minutes"
    bool is_closed = false;  ///< the period had ended by the time Sentry sent this
    std::optional<timestamp> started_at;
    std::string url;
    std::vector<std::string> projects;  ///< slugs: of the alert, else of its rule
    std::string environment;            ///< of the rule; empty: all
    std::vector<trigger_action> actions;
};

/// A comment on an issue.
struct comment {
    std::string issue_id;
    std::string project_slug;
    std::string text;
    std::string id = {};         ///< of the comment
    std::string timestamp = {};  ///< when it was made, as Sentry writes it
};

/// An alert on an activity of an issue. The `status_*` types are changes of the issue's status.
struct activity_alert {
    sentry::issue issue;
    std::string type;
    std::string alert;                                                    ///< title of the alert
    std::string summary = {};                                             ///< Seer's
    std::vector<std::pair<std::string, std::string>> pull_requests = {};  ///< Seer's: repository and URL
    action_settings settings = {};
};

struct installation_change {
    std::string organization_slug;
    secret code;  ///< of the grant, until it is exchanged; else empty
};

/// A resource that has no effect here.
struct unhandled {};

/// A decoded webhook.
struct webhook {
    sentry::resource resource = resource::other;
    std::string resource_name;  ///< the header's, printable, at most 64 bytes
    std::string action;         ///< printable, at most 64 bytes
    uuid installation;
    std::string app_id;  ///< Sentry's number of the app that it was sent to, if the body contains it
    sentry::actor actor;
    std::variant<
        unhandled,
        issue,
        event,
        event_alert,
        metric_alert,
        comment,
        activity_alert,
        installation_change>
        what;
    /// Why a well-formed webhook can have no effect: "the Sentry-Hook-Resource header says issue, the body is
    /// a comment".
    std::string disagreement;
    /// Why a webhook of a known resource cannot be used: "data.issue.id is missing".
    std::string unreadable;
    /// Parts of the body were too long, too deep, or malformed, and were omitted or repaired.
    bool cut = false;
};

/// The settings of Tocsin's own action in a metric alert: in the trigger with the label `action`, else in the
/// first other one. An action is Tocsin's if it names the installation or, without one, the app. If the app
/// is unknown (empty), actions of a single app are. Empty if there is none.
action_settings own_settings(
    metric_alert const& alert, std::string_view action, uuid const& installation, std::string_view app_id
);

/// Decodes a body whose signature was valid. errc::invalid if it is not JSON or has not Sentry's envelope
/// (action and installation.uuid).
result<webhook> decode_webhook(std::string_view body, std::string_view resource_header);

/// Writes `data.issue` of a webhook about the state of this issue: all but its release.
void write_issue(json::writer& out, issue const& from);

}  // namespace tocsin::sentry
