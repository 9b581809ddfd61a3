#include "payloads.hpp"
#include "payloads_shared.hpp"

#include <chrono>

/// The bodies about metric alerts, of the workflow engine and of its predecessor.
namespace tocsin::sandbox::payloads {

namespace {

/// Our action in a trigger.
void write_trigger(
    sentry_json::writer& out, origin const& origin, metric_alert const& alert, std::string_view label
) {
    out.begin_object().text("label", label).begin_array("actions");
    if (alert.settings) {
        out.begin_object().text("type", "sentry_app").number("sentry_app_id", origin.app.id);
        write_settings(out, *alert.settings);
        if (alert.names_installation) out.text("sentry_app_installation_uuid", origin.installation.str());
        out.end_object();
    }
    out.end_array().end_object();
}

/// Sentry's incident status numbers.
std::int64_t status_number(metric_alert const& alert) {
    if (alert.closed || alert.action == "resolved") return 2;
    if (alert.action == "critical") return 20;
    return alert.action == "warning" ? 10 : 1;
}

std::string title_with_action(std::string_view action, std::string_view title) {
    std::string out(action);
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out.append(": ").append(title);
}

void write_rule(sentry_json::writer& data, origin const& origin, metric_alert const& alert) {
    if (alert.rule_id.empty()) {
        data.null("alert_rule");
        return;
    }
    data.begin_object("alert_rule")
        .text("id", alert.rule_id)
        .text("name", alert.title)
        .text_or_null("environment", alert.environment)
        .number("status", 0)
        .text("aggregate", "count()")
        .text("query", "")
        .number("time_window", 10)
        .number("threshold_type", 0);
    if (alert.rule_projects) write_texts(data, "projects", *alert.rule_projects);
    data.begin_array("triggers");
    write_trigger(data, origin, alert, "critical");
    write_trigger(data, origin, alert, "warning");
    data.end_array().end_object();
}

}  // namespace

std::string metric_alert_changed(origin const& origin, metric_alert const& alert) {
    auto const is_closed = status_number(alert) == 2;
    // Sentry cuts it to the minute.
    auto const closed = std::chrono::floor<std::chrono::minutes>(alert.closed.value_or(alert.at));
    sentry_json::writer data;
    data.begin_object()
        .begin_object("metric_alert")
        .text("id", alert.id)
        .text("identifier", alert.id)
        .text("organization_id", origin.org.id);
    write_texts(data, "projects", alert.projects);
    write_rule(data, origin, alert);
    data.number("status", status_number(alert))
        .number("status_method", 3)
        .number("type", 2)
        .text("title", alert.title)
        .text("date_started", sentry_json::date(alert.started))
        .text("date_detected", sentry_json::date(alert.started))
        .text("date_created", sentry_json::date(alert.started))
        .text_or_null("date_closed", is_closed ? sentry_json::date(closed) : "")
        .end_object();
    auto page = origin.base_url + "/organizations/" + origin.org.slug + "/alerts/rules/details/" +
                alert.rule_id + "/?alert=" + alert.id;
    data.text("description_text", alert.text)
        .text("description_title", title_with_action(alert.action, alert.title))
        .text("web_url", page)
        .end_object();
    return envelope(origin.installation, alert.action, data.take(), actor::sentry, origin.app);
}

}  // namespace tocsin::sandbox::payloads
