#pragma once

#include "model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The bodies of webhooks, in Sentry's byte form and key order.
namespace tocsin::sandbox::payloads {

/// Who did it, as the envelope says.
enum class actor { sentry, user, application };

/// What the bodies of one organization's webhooks need to know beside their subject.
struct scene {
    std::string base_url;  ///< without a trailing slash
    uuid installation;
    application const& app;
    organization const& org;
    project const& in;
};

std::string envelope(
    uuid const& installation, std::string_view action, std::string_view data, actor by, application const& app
);

/// `data` of `installation.*`; with the code while it is unexchanged.
std::string installation_data(installation const& what, application const& app, organization const& on);
/// The installation as its API answers, and as `data` holds it.
std::string installation_object(
    installation const& what, application const& app, organization const& on, bool with_code
);

/// The group object of `issue.created`, which alone has links and dates with an offset.
std::string issue_created(scene const& where, issue const& what);
/// `action` resolved, unresolved, ignored or assigned; `resolution` of a resolved issue: now, in_release, ...
std::string issue_changed(
    scene const& where, issue const& what, std::string_view action, std::string_view resolution, actor by
);

/// One event of an issue, as it happened.
struct occurrence {
    std::string event_id;  ///< 32 hex
    timestamp at;
    std::string environment;
    std::string release;
    std::string level;
    std::string message;
};

struct setting {
    std::string name;
    std::string value_json;  ///< in wire form
};

/// The rule of an event alert. With `settings` the rule has our UI component as its action and names itself.
struct alert_rule {
    std::string label;
    std::int64_t id = 1;
    std::optional<std::vector<setting>> settings;
};

std::string event_alert(
    scene const& where, issue const& what, occurrence const& event, alert_rule const& rule
);
std::string error_created(scene const& where, issue const& what, occurrence const& event);

struct comment {
    std::int64_t id = 1;
    std::string text;
    timestamp at;
};
std::string comment_changed(
    scene const& where, issue const& what, comment const& said, std::string_view action
);

struct metric_alert {
    std::string id;
    std::string rule_id;
    std::string title;
    std::string action;  ///< critical, warning, resolved, open
    std::string text;    ///< "5 events in the last 10 minutes"
    std::vector<std::string> projects;
    timestamp started;
    timestamp at;
    std::optional<std::vector<setting>> settings;
};
/// `where.in` is not looked at.
std::string metric_alert_fired(scene const& where, metric_alert const& what);

/// `data` of an event as webhooks carry it; used by event_alert and error_created.
std::string event_object(scene const& where, issue const& what, occurrence const& event);

}  // namespace tocsin::sandbox::payloads
