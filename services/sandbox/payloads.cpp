#include "payloads.hpp"

#include "wire.hpp"

namespace tocsin::sandbox::payloads {

namespace {

std::string api_url(scene const& where, issue const& what) {
    return where.base_url + "/api/0/organizations/" + where.org.slug + "/issues/" + what.id + "/";
}

std::string issue_web_url(scene const& where, issue const& what) {
    return where.base_url + "/organizations/" + where.org.slug + "/issues/" + what.id + "/";
}

void write_project(wire::writer& out, project const& in) {
    out.begin_object("project")
        .text("id", in.id)
        .text("name", in.name)
        .text("slug", in.slug)
        .text_or_null("platform", in.platform)
        .end_object();
}

void write_metadata(wire::writer& out, issue const& what) {
    out.begin_object("metadata")
        .text("value", what.exception_value())
        .text("type", what.exception_type())
        .text("filename", what.culprit)
        .text("function", what.culprit)
        .flag("display_title_with_tree_label", false)
        .end_object();
}

void write_assignee(wire::writer& out, issue const& what) {
    if (!what.assigned_to) {
        out.null("assignedTo");
        return;
    }
    out.begin_object("assignedTo");
    if (what.assigned_to->type == "user") out.text("email", what.assigned_to->email);
    out.text("type", what.assigned_to->type)
        .text("id", what.assigned_to->id)
        .text("name", what.assigned_to->name)
        .end_object();
}

enum class links { with, without };

/// The group object. `issue.created` and the four later actions differ in their links, dates and a few
/// members.
std::string group_object(scene const& where, issue const& what, links with) {
    auto const created = with == links::with;
    wire::writer out;
    out.begin_object();
    if (created) {
        out.text("url", api_url(where, what))
            .text("web_url", issue_web_url(where, what))
            .text(
                "project_url",
                where.base_url + "/organizations/" + where.org.slug + "/issues/?project=" + where.in.id
            );
    }
    out.text("id", what.id)
        .null("shareId")
        .text("shortId", what.short_id)
        .text("title", what.title)
        .text("culprit", what.culprit)
        .text("permalink", issue_web_url(where, what))
        .null("logger")
        .text("level", what.level)
        .text("status", to_string(what.status))
        .begin_object("statusDetails")
        .end_object()
        .text_or_null("substatus", what.substatus)
        .flag("isPublic", false)
        .text_or_null("platform", where.in.platform);
    write_project(out, where.in);
    out.text("type", "error");
    write_metadata(out, what);
    out.number("numComments", what.comments);
    write_assignee(out, what);
    out.flag("isBookmarked", false)
        .flag("isSubscribed", false)
        .flag("hasSeen", false)
        .begin_array("annotations")
        .end_array()
        .text("issueType", what.metric_monitor ? "metric_issue" : "error")
        .text("issueCategory", what.metric_monitor ? "metric" : "error")
        .text("priority", what.level == "fatal" || what.level == "error" ? "high" : "medium")
        .null("priorityLockedAt")
        .flag("isUnhandled", true)
        .text("count", std::to_string(what.count))
        .number("userCount", 1)
        .text("firstSeen", created ? wire::iso_date(what.first_seen) : wire::date(what.first_seen))
        .text("lastSeen", created ? wire::iso_date(what.last_seen) : wire::date(what.last_seen))
        .end_object();
    return out.take();
}

void write_settings(wire::writer& out, std::vector<setting> const& settings) {
    out.begin_array("settings");
    for (auto const& each : settings)
        out.begin_object().text("name", each.name).raw("value", each.value_json).end_object();
    out.end_array();
}

void write_tags(wire::writer& out, occurrence const& event) {
    out.begin_array("tags");
    auto const tag = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) out.begin_array().text(key).text(value).end_array();
    };
    tag("environment", event.environment);
    tag("handled", "no");
    tag("level", event.level);
    tag("release", event.release);
    out.end_array();
}

void write_exception(wire::writer& out, issue const& what) {
    auto const frame = [&](std::string_view function, std::int64_t line, bool in_app) {
        out.begin_object()
            .text("filename", what.culprit)
            .text("function", function)
            .number("lineno", line)
            .flag("in_app", in_app)
            .end_object();
    };
    out.begin_object("exception").begin_array("values").begin_object();
    out.begin_object("mechanism").flag("handled", false).text("type", "generic").end_object();
    out.begin_object("stacktrace").begin_array("frames");  // the oldest call first
    frame("handle_request", 118, false);
    frame(what.culprit, 42, true);
    out.end_array().end_object();
    out.text("type", what.exception_type()).text("value", what.exception_value());
    out.end_object().end_array().end_object();
}

void write_action_of_trigger(
    wire::writer& out, scene const& where, metric_alert const& what, std::string_view label
) {
    out.begin_object().text("label", label).begin_array("actions");
    if (what.settings) {
        out.begin_object().text("type", "sentry_app");
        write_settings(out, *what.settings);
        out.text("sentry_app_installation_uuid", where.installation.str()).end_object();
    }
    out.end_array().end_object();
}

/// Sentry's incident status numbers.
std::int64_t status_number(std::string_view action) {
    if (action == "critical") return 20;
    if (action == "warning") return 10;
    return action == "resolved" ? 2 : 1;
}

std::string titled(std::string_view action, std::string_view title) {
    std::string out(action);
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out.append(": ").append(title);
}

}  // namespace

std::string envelope(
    uuid const& installation, std::string_view action, std::string_view data, actor by, application const& app
) {
    wire::writer out;
    out.begin_object()
        .text("action", action)
        .begin_object("installation")
        .text("uuid", installation.str())
        .end_object()
        .raw("data", data)
        .begin_object("actor");
    switch (by) {
        case actor::user:
            out.text("type", "user").number("id", 1).text("name", "Demo User");
            break;
        case actor::application:
            out.text("type", "application").text("id", app.public_id.str()).text("name", app.name);
            break;
        case actor::sentry:
            out.text("type", "application").text("id", "sentry").text("name", "Sentry");
            break;
    }
    out.end_object().end_object();
    return out.take();
}

std::string installation_object(
    installation const& what, application const& app, organization const& on, bool with_code
) {
    wire::writer out;
    out.begin_object()
        .begin_object("app")
        .text("uuid", app.public_id.str())
        .text("slug", app.slug)
        .number("sentryAppId", app.id)
        .end_object()
        .begin_object("organization")
        .text("slug", on.slug)
        .raw("id", on.id)
        .end_object()
        .text("uuid", what.id.str())
        .text("status", to_string(what.status));
    if (with_code && !what.code.empty()) out.text("code", what.code);
    out.end_object();
    return out.take();
}

std::string installation_data(installation const& what, application const& app, organization const& on) {
    wire::writer out;
    out.begin_object().raw("installation", installation_object(what, app, on, true)).end_object();
    return out.take();
}

std::string issue_created(scene const& where, issue const& what) {
    wire::writer data;
    data.begin_object().raw("issue", group_object(where, what, links::with)).end_object();
    return envelope(where.installation, "created", data.take(), actor::sentry, where.app);
}

std::string issue_changed(
    scene const& where, issue const& what, std::string_view action, std::string_view resolution, actor by
) {
    wire::writer data;
    data.begin_object();
    if (action == "resolved") data.text("resolution_type", resolution);
    if (action == "assigned" && what.assigned_to) {
        data.begin_object("assignee")
            .text("type", what.assigned_to->type)
            .text("name", what.assigned_to->name)
            .raw("id", what.assigned_to->id);
        if (what.assigned_to->type == "user") data.text("email", what.assigned_to->email);
        data.end_object();
    }
    data.raw("issue", group_object(where, what, links::without)).end_object();
    return envelope(where.installation, action, data.take(), by, where.app);
}

std::string event_object(scene const& where, issue const& what, occurrence const& event) {
    auto const event_path =
        "/organizations/" + where.org.slug + "/issues/" + what.id + "/events/" + event.event_id + "/";
    wire::writer out;
    out.begin_object()
        .text("event_id", event.event_id)
        .raw("project", where.in.id)
        .text_or_null("release", event.release)
        .null("dist")
        .text_or_null("platform", where.in.platform)
        .text("message", event.message)
        .text("datetime", wire::date(event.at));
    write_tags(out, event);
    out.number("_ref", 1).number("_ref_version", 2);
    out.begin_object("contexts")
        .begin_object("runtime")
        .text("name", where.in.platform)
        .text("type", "runtime")
        .end_object()
        .end_object();
    out.text("culprit", what.culprit);
    if (!event.environment.empty()) out.text("environment", event.environment);
    write_exception(out, what);
    out.begin_array("fingerprint").text("{{ default }}").end_array();
    out.begin_array("hashes").text(event.event_id).end_array();
    out.text("level", event.level).text("location", what.culprit).text("logger", "");
    write_metadata(out, what);
    out.raw("received", wire::epoch(event.at))
        .raw("timestamp", wire::epoch(event.at))
        .text("title", what.title)
        .text("type", "error")
        .begin_object("user")
        .text("ip_address", "203.0.113.7")
        .end_object()
        .text("version", "7");
    out.text(
           "url",
           where.base_url + "/api/0/projects/" + where.org.slug + "/" + where.in.slug + "/events/" +
               event.event_id + "/"
    )
        .text("web_url", where.base_url + event_path)
        .text("issue_url", api_url(where, what))
        .text("issue_id", what.id)
        .end_object();
    return out.take();
}

std::string event_alert(
    scene const& where, issue const& what, occurrence const& event, alert_rule const& rule
) {
    wire::writer data;
    data.begin_object().raw("event", event_object(where, what, event)).text("triggered_rule", rule.label);
    if (rule.settings) {
        data.begin_object("issue_alert")
            .number("id", rule.id)
            .text("title", rule.label)
            .number("sentry_app_id", where.app.id);
        write_settings(data, *rule.settings);
        data.end_object();
    }
    data.end_object();
    return envelope(where.installation, "triggered", data.take(), actor::sentry, where.app);
}

std::string error_created(scene const& where, issue const& what, occurrence const& event) {
    wire::writer data;
    data.begin_object().raw("error", event_object(where, what, event)).end_object();
    return envelope(where.installation, "created", data.take(), actor::sentry, where.app);
}

std::string comment_changed(
    scene const& where, issue const& what, comment const& said, std::string_view action
) {
    wire::writer data;
    data.begin_object()
        .text("comment", said.text)
        .text("project_slug", where.in.slug)
        .number("comment_id", said.id)
        .raw("issue_id", what.id)
        .text("timestamp", wire::date(said.at))
        .end_object();
    return envelope(where.installation, action, data.take(), actor::user, where.app);
}

std::string metric_alert_fired(scene const& where, metric_alert const& what) {
    wire::writer data;
    data.begin_object().begin_object("metric_alert").text("id", what.id).text("identifier", what.id);
    data.text("organization_id", where.org.id).begin_array("projects");
    for (auto const& slug : what.projects) data.text(slug);
    data.end_array()
        .begin_object("alert_rule")
        .text("id", what.rule_id)
        .text("name", what.title)
        .number("status", 0)
        .text("aggregate", "count()")
        .text("query", "")
        .number("time_window", 10)
        .number("threshold_type", 0)
        .begin_array("triggers");
    write_action_of_trigger(data, where, what, "critical");
    write_action_of_trigger(data, where, what, "warning");
    data.end_array().end_object();
    data.number("status", status_number(what.action))
        .number("status_method", 3)
        .number("type", 2)
        .text("title", what.title)
        .text("date_started", wire::date(what.started))
        .text("date_detected", wire::date(what.started))
        .text("date_created", wire::date(what.started))
        .text_or_null("date_closed", what.action == "resolved" ? wire::date(what.at) : "")
        .end_object();
    data.text("description_text", what.text)
        .text("description_title", titled(what.action, what.title))
        .text(
            "web_url",
            where.base_url + "/organizations/" + where.org.slug + "/alerts/rules/details/" + what.rule_id +
                "/"
        )
        .end_object();
    return envelope(where.installation, what.action, data.take(), actor::sentry, where.app);
}

}  // namespace tocsin::sandbox::payloads
