#include "payloads.hpp"
#include "payloads_shared.hpp"

/// The bodies about events and alerts.
namespace tocsin::sandbox::payloads {

namespace {

void write_settings(sentry_json::writer& out, std::vector<setting> const& settings) {
    out.begin_array("settings");
    for (auto const& setting : settings)
        out.begin_object().text("name", setting.name).raw("value", setting.value_json).end_object();
    out.end_array();
}

void write_tags(sentry_json::writer& out, event_details const& event) {
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

void write_exception(sentry_json::writer& out, issue const& issue) {
    auto const frame = [&](std::string_view function, std::int64_t line, bool in_app) {
        out.begin_object()
            .text("filename", issue.culprit)
            .text("function", function)
            .number("lineno", line)
            .flag("in_app", in_app)
            .end_object();
    };
    out.begin_object("exception").begin_array("values").begin_object();
    out.begin_object("mechanism").flag("handled", false).text("type", "generic").end_object();
    out.begin_object("stacktrace").begin_array("frames");  // oldest call first
    frame("handle_request", 118, false);
    frame(issue.culprit, 42, true);
    out.end_array().end_object();
    out.text("type", issue.exception_type()).text("value", issue.exception_value());
    out.end_object().end_array().end_object();
}

void write_contexts(sentry_json::writer& out, origin const& origin) {
    out.begin_object("contexts")
        .begin_object("runtime")
        .text("name", origin.project.platform)
        .text("type", "runtime")
        .end_object()
        .end_object();
}

void write_event_links(
    sentry_json::writer& out, origin const& origin, issue const& issue, event_details const& event
) {
    auto const& org = origin.org.slug;
    auto const event_path = "/events/" + event.event_id + "/";
    out.text("url", origin.base_url + "/api/0/projects/" + org + "/" + origin.project.slug + event_path)
        .text("web_url", origin.base_url + "/organizations/" + org + "/issues/" + issue.id + event_path)
        .text("issue_url", api_url(origin, issue))
        .text("issue_id", issue.id);
}

void write_trigger(
    sentry_json::writer& out, origin const& origin, metric_alert const& alert, std::string_view label
) {
    out.begin_object().text("label", label).begin_array("actions");
    if (alert.settings) {
        out.begin_object().text("type", "sentry_app");
        write_settings(out, *alert.settings);
        out.text("sentry_app_installation_uuid", origin.installation.str()).end_object();
    }
    out.end_array().end_object();
}

/// Sentry's incident status numbers.
std::int64_t status_number(std::string_view action) {
    if (action == "critical") return 20;
    if (action == "warning") return 10;
    return action == "resolved" ? 2 : 1;
}

std::string title_with_action(std::string_view action, std::string_view title) {
    std::string out(action);
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out.append(": ").append(title);
}

}  // namespace

std::string event_object(origin const& origin, issue const& issue, event_details const& event) {
    sentry_json::writer out;
    out.begin_object()
        .text("event_id", event.event_id)
        .raw("project", origin.project.id)
        .text_or_null("release", event.release)
        .null("dist")
        .text_or_null("platform", origin.project.platform)
        .text("message", event.message)
        .text("datetime", sentry_json::date(event.at));
    write_tags(out, event);
    out.number("_ref", 1).number("_ref_version", 2);
    write_contexts(out, origin);
    out.text("culprit", issue.culprit);
    if (!event.environment.empty()) out.text("environment", event.environment);
    write_exception(out, issue);
    out.begin_array("fingerprint").text("{{ default }}").end_array();
    out.begin_array("hashes").text(event.event_id).end_array();
    out.text("level", event.level).text("location", issue.culprit).text("logger", "");
    write_metadata(out, issue);
    out.raw("received", sentry_json::epoch(event.at))
        .raw("timestamp", sentry_json::epoch(event.at))
        .text("title", issue.title)
        .text("type", "error")
        .begin_object("user")
        .text("ip_address", "203.0.113.7")
        .end_object()
        .text("version", "7");
    write_event_links(out, origin, issue, event);
    out.end_object();
    return out.take();
}

std::string event_alert(
    origin const& origin, issue const& issue, event_details const& event, alert_rule const& rule
) {
    sentry_json::writer data;
    data.begin_object().raw("event", event_object(origin, issue, event)).text("triggered_rule", rule.label);
    if (rule.settings) {
        data.begin_object("issue_alert")
            .number("id", rule.id)
            .text("title", rule.label)
            .number("sentry_app_id", origin.app.id);
        write_settings(data, *rule.settings);
        data.end_object();
    }
    data.end_object();
    return envelope(origin.installation, "triggered", data.take(), actor::sentry, origin.app);
}

std::string error_created(origin const& origin, issue const& issue, event_details const& event) {
    sentry_json::writer data;
    data.begin_object().raw("error", event_object(origin, issue, event)).end_object();
    return envelope(origin.installation, "created", data.take(), actor::sentry, origin.app);
}

std::string metric_alert_changed(origin const& origin, metric_alert const& alert) {
    sentry_json::writer data;
    data.begin_object().begin_object("metric_alert").text("id", alert.id).text("identifier", alert.id);
    data.text("organization_id", origin.org.id).begin_array("projects");
    for (auto const& slug : alert.projects) data.text(slug);
    data.end_array()
        .begin_object("alert_rule")
        .text("id", alert.rule_id)
        .text("name", alert.title)
        .number("status", 0)
        .text("aggregate", "count()")
        .text("query", "")
        .number("time_window", 10)
        .number("threshold_type", 0)
        .begin_array("triggers");
    write_trigger(data, origin, alert, "critical");
    write_trigger(data, origin, alert, "warning");
    data.end_array().end_object();
    data.number("status", status_number(alert.action))
        .number("status_method", 3)
        .number("type", 2)
        .text("title", alert.title)
        .text("date_started", sentry_json::date(alert.started))
        .text("date_detected", sentry_json::date(alert.started))
        .text("date_created", sentry_json::date(alert.started))
        .text_or_null("date_closed", alert.action == "resolved" ? sentry_json::date(alert.at) : "")
        .end_object();
    data.text("description_text", alert.text)
        .text("description_title", title_with_action(alert.action, alert.title))
        .text(
            "web_url",
            origin.base_url + "/organizations/" + origin.org.slug + "/alerts/rules/details/" + alert.rule_id +
                "/"
        )
        .end_object();
    return envelope(origin.installation, alert.action, data.take(), actor::sentry, origin.app);
}

}  // namespace tocsin::sandbox::payloads
