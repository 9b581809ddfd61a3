#include "occurrences.hpp"
#include "payloads.hpp"
#include "payloads_shared.hpp"

/// The bodies about events and alerts.
namespace tocsin::sandbox::payloads {

namespace {

void write_tags(sentry_json::writer& out, issue const& issue, event_details const& event) {
    out.begin_array("tags");
    auto const tag = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) out.begin_array().text(key).text(value).end_array();
    };
    tag("environment", event.environment);
    if (issue.kind == issue_kind::error) tag("handled", "no");
    tag("level", event.level);
    tag("release", event.release);
    if (issue.kind == issue_kind::test) tag("sample_event", "yes");
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

void write_contexts(sentry_json::writer& out, origin const& origin, issue const& issue) {
    out.begin_object("contexts")
        .begin_object("runtime")
        .text("name", origin.project.platform)
        .text("type", "runtime")
        .end_object();
    if (issue.kind == issue_kind::feedback)
        out.begin_object("feedback")
            .text("message", feedback_message(issue))
            .text("type", "feedback")
            .end_object();
    out.end_object();
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

}  // namespace

void write_settings(sentry_json::writer& out, std::vector<setting> const& settings) {
    out.begin_array("settings");
    for (auto const& setting : settings)
        out.begin_object().text("name", setting.name).raw("value", setting.value_json).end_object();
    out.end_array();
}

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
    write_tags(out, issue, event);
    out.number("_ref", 1).number("_ref_version", 2);
    write_contexts(out, origin, issue);
    out.text("culprit", issue.culprit);
    if (!event.environment.empty()) out.text("environment", event.environment);
    if (issue.kind == issue_kind::error) write_exception(out, issue);
    out.begin_array("fingerprint").text("{{ default }}").end_array();
    out.begin_array("hashes").text(event.event_id).end_array();
    out.text("level", event.level).text("location", issue.culprit).text("logger", "");
    out.raw("metadata", metadata_object(issue))
        .raw("received", sentry_json::epoch(event.at))
        .raw("timestamp", sentry_json::epoch(event.at))
        .text("title", event_title(issue))
        .text("type", names_of(issue.kind).event_type)
        .begin_object("user")
        .text("ip_address", "203.0.113.7")
        .end_object()
        .text("version", "7");
    write_event_links(out, origin, issue, event);
    if (issue.kind != issue_kind::error)
        out.raw("occurrence", occurrence_object(issue, event.event_id, event.at));
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

std::string activity_alert(
    origin const& origin, issue const& issue, activity const& activity, alert_rule const& rule
) {
    sentry_json::writer data;
    data.begin_object()
        .raw("issue", issue_with_links(origin, issue))
        .begin_object("activity")
        .text("type", activity.type)
        .begin_object("details");
    if (activity.user)
        data.begin_object("user")
            .raw("id", activity.user->id)
            .text("name", activity.user->name)
            .text("username", activity.user->email)
            .end_object();
    if (!activity.summary.empty()) data.text("summary", activity.summary);
    if (!activity.pull_requests.empty()) {
        data.begin_array("pull_requests");
        for (auto const& url : activity.pull_requests)
            data.begin_object().text("repo_name", "northwind/shop").text("url", url).end_object();
        data.end_array();
    }
    auto const page = origin.base_url + "/organizations/" + origin.org.slug + "/monitors/alerts/" +
                      std::to_string(rule.id) + "/";
    data.end_object()
        .end_object()
        .begin_object("alert")
        .number("id", rule.id)
        .text("title", rule.label)
        .number("sentry_app_id", origin.app.id)
        .text(
            "url",
            origin.base_url + "/api/0/organizations/" + origin.org.slug + "/workflows/" +
                std::to_string(rule.id) + "/"
        )
        .text("web_url", page);
    if (rule.settings) write_settings(data, *rule.settings);
    data.end_object().end_object();
    return envelope(origin.installation, "triggered", data.take(), actor::sentry, origin.app);
}

}  // namespace tocsin::sandbox::payloads
