#pragma once

#include "model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The bodies of webhooks, with Sentry's bytes and order of members.
namespace tocsin::sandbox::payloads {

/// The actor of an envelope.
enum class actor { sentry, user, application };

/// The installation that a webhook is sent for, and the location of its subject.
struct origin {
    std::string base_url;  ///< without a trailing slash
    uuid installation;
    application const& app;
    organization const& org;
    project const& project;
};

std::string envelope(
    uuid const& installation,
    std::string_view action,
    std::string_view data,
    actor actor,
    application const& app
);

/// `data` of `installation.*`, with the code unless it was exchanged.
std::string installation_data(
    installation const& installation, application const& app, organization const& org
);
enum class code_member { present, absent };
/// The installation, as in the API and in `data`.
std::string installation_object(
    installation const& installation, application const& app, organization const& org, code_member code
);

/// `statusDetails` of an issue, as in the API: how it was resolved.
std::string status_details(issue const& issue);

/// `issue.created`, the only action with links and with dates that have an offset.
std::string issue_created(origin const& origin, issue const& issue);
/// `action`: resolved, unresolved, ignored, assigned. `resolution`, of resolved: now, in_release, ...
std::string issue_changed(
    origin const& origin,
    issue const& issue,
    std::string_view action,
    std::string_view resolution,
    actor actor
);

/// An event of an issue.
struct event_details {
    std::string event_id;  ///< 32 hex digits
    timestamp at;
    std::string environment;
    std::string release;
    std::string level;
    std::string message;
};

struct setting {
    std::string name;
    std::string value_json;  ///< in Sentry's byte form
};

/// The rule of an event alert. With `settings`, the app's UI component is its action and the webhook names
/// the rule.
struct alert_rule {
    std::string label;
    std::int64_t id = 1;
    std::optional<std::vector<setting>> settings;
};

std::string event_alert(
    origin const& origin, issue const& issue, event_details const& event, alert_rule const& rule
);
std::string error_created(origin const& origin, issue const& issue, event_details const& event);

struct comment {
    std::int64_t id = 1;
    std::string text;
    timestamp at;
};
std::string comment_changed(
    origin const& origin, issue const& issue, comment const& comment, std::string_view action
);

/// What happened to an issue, for the people who watch it.
struct activity {
    std::string type;            ///< status_resolved, seer_root_cause_completed, ...
    std::optional<person> user;  ///< who did it
    std::string summary;         ///< of Seer; may be empty
    std::vector<std::string> pull_requests;
};
std::string activity_alert(
    origin const& origin, issue const& issue, activity const& activity, alert_rule const& rule
);

struct metric_alert {
    std::string id;       ///< of the open period
    std::string rule_id;  ///< empty: `alert_rule` is null
    std::string title;
    std::string action;  ///< critical, warning, resolved, open
    std::string text;    ///< "5 events in the last 10 minutes"
    std::vector<std::string> projects;
    timestamp started;
    timestamp at;
    std::optional<std::vector<setting>> settings;
    std::string environment = {};                                ///< empty: all
    std::optional<std::vector<std::string>> rule_projects = {};  ///< `projects` of the rule
    /// Whether our action names the installation. Sentry's current serializer leaves it out.
    bool names_installation = true;
    std::optional<timestamp> closed = {};  ///< the period was over before this webhook was sent
};
/// Does not use `origin.project`.
std::string metric_alert_changed(origin const& origin, metric_alert const& alert);

/// The event, as in `data` of event_alert and error_created.
std::string event_object(origin const& origin, issue const& issue, event_details const& event);

}  // namespace tocsin::sandbox::payloads
