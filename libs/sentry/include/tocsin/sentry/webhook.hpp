#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/sentry/issue.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tocsin::sentry {

/// A key that webhooks may be signed with, and its name in the delivery log ("current", "previous").
struct signing_key {
    std::string name;
    secret key;
};

/// The name of the key that made `signature` (the Sentry-Hook-Signature header: exactly 64 lower-case hex
/// digits, HMAC-SHA256 of the raw body) or nothing. Constant time in the comparison; every key is tried,
/// whichever fits.
std::optional<std::string> verify_signature(
    std::vector<signing_key> const& keys, std::string_view body, std::string_view signature
);

/// What a webhook is about. Sentry names it in an unsigned header; the signed body must agree.
enum class resource { issue, error, comment, event_alert, activity_alert, metric_alert, installation, other };
std::string_view to_string(resource r) noexcept;

struct actor {
    std::string type;  ///< "user" or "application"
    std::string name;
};

/// What an alert rule's action of ours was set to: name and value, as typed in Sentry.
using action_settings = std::vector<std::pair<std::string, std::string>>;

/// One alert rule that fired for one event.
struct event_alert : event {
    std::string rule;          ///< its label
    std::string rule_id;       ///< only where the rule has an alert action of the app
    action_settings settings;  ///< of that action
};

/// A metric alert that went up or came down; the action says which.
struct metric_alert {
    std::string id;
    std::string title;
    std::string text;  ///< "5 events in the last 10 minutes"
    std::string url;
    std::vector<std::string> projects;  ///< slugs
    action_settings settings;
};

/// A comment on an issue.
struct comment {
    std::string issue_id;
    std::string project_slug;
    std::string text;
};

/// Something in an issue's activity that an alert watches: its `status_*` types are the issue's own life.
struct activity_alert {
    sentry::issue issue;
    std::string type;
    std::string alert;  ///< title of the alert
};

struct installation_change {
    std::string organization_slug;
    secret code;  ///< of the grant, while it is unexchanged; else empty
};

/// A resource or action that has no effect here, known or not.
struct unhandled {};

/// A webhook as Tocsin understands it.
struct webhook {
    sentry::resource resource = resource::other;
    std::string resource_name;  ///< the header's, printable, at most 64 bytes
    std::string action;         ///< printable, at most 64 bytes
    uuid installation;
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
    /// Why it can have no effect although it is well-formed: "the Sentry-Hook-Resource header says issue, the
    /// body is a comment".
    std::string disagreement;
    /// Why an event of a known kind cannot be used: "data.issue.id is missing".
    std::string unreadable;
    bool cut =
        false;  ///< something in the body was too long, too deep or ill-formed, and was left out or repaired
};

/// Decodes a body whose signature was right. errc::invalid where it is no JSON or not Sentry's envelope
/// (action and installation.uuid).
result<webhook> decode_webhook(std::string_view body, std::string_view resource_header);

}  // namespace tocsin::sentry
