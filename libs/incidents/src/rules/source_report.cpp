#include "rules/source_report.hpp"

#include "rules/words.hpp"

namespace tocsin::incidents {

namespace {

/// Feedback of a user has no level of its own.
void set_kind(source_report& report, std::string const& category) {
    report.fields.category = category;
    report.fields.is_test = category == "test_notification";
    if (category == "feedback") report.severity = severity::info;
}

void set_if_given(std::string& text, std::string const& value) {
    if (!value.empty()) text = value;
}

void merge_text(precedence order, std::string& text, std::string const& value) {
    if (order == precedence::newer || (order == precedence::equal && value > text)) text = value;
}

void merge_if_given(precedence order, std::string& text, std::string const& value) {
    if (!value.empty()) merge_text(order, text, value);
}

}  // namespace

source_report report_of(sentry::issue const& issue, std::string_view action) {
    source_report report;
    report.is_state = true;
    report.is_creation = action == "created";
    report.fields.title = issue.title;
    report.fields.culprit = issue.culprit;
    report.fields.url = issue.url;
    report.fields.short_id = issue.short_id;
    report.fields.release = issue.release;
    report.fields.level = issue.level;
    report.fields.sentry_assignee = issue.assignee;
    report.fields.resolved_release = issue.resolved_release;
    report.fields.description = issue.message;
    report.names_assignee = issue.names_assignee;
    set_kind(report, issue.category);
    report.fields.environment = issue.environment.value_or("");
    report.names_environment = issue.environment.has_value();
    report.covers_all_environments = issue.is_environment_unreadable;
    report.count = issue.count;
    report.at = issue.last_seen;
    report.first_seen = issue.first_seen;
    report.issue_id = issue.id;
    report.fallback_title = "Sentry issue " + issue.id;
    return report;
}

source_report report_of(sentry::event const& event) {
    source_report report;
    report.fields.title = event.title;
    report.fields.culprit = event.culprit;
    report.fields.url = event.url;
    report.fields.environment = event.environment;
    report.fields.release = event.release;
    report.fields.level = event.level;
    report.fields.description = event.message;
    report.fields.evidence = evidence_json(event.evidence);
    set_kind(report, event.category);
    report.is_event = true;
    report.at = event.at;
    report.issue_id = event.issue_id;
    report.fallback_title = "Sentry issue " + event.issue_id;
    return report;
}

source_report report_of(sentry::event_alert const& alert) {
    auto report = report_of(static_cast<sentry::event const&>(alert));
    report.fields.is_test = alert.is_test;
    return report;
}

source_report report_of(sentry::metric_alert const& alert, std::string_view action) {
    source_report report;
    report.fields.title = alert.title;
    report.fields.url = alert.url;
    report.fields.category = "metric";
    report.fields.description = alert.text;
    report.fields.level = action == "critical" ? "fatal" : action == "warning" ? "warning" : "error";
    report.severity = action == "critical"  ? severity::critical
                      : action == "warning" ? severity::warning
                                            : severity::error;
    report.is_event = action != "resolved";
    report.fields.environment = alert.environment;
    report.covers_all_environments = alert.environment.empty();
    report.fallback_title = "Metric alert " + (alert.rule_id.empty() ? alert.id : alert.rule_id);
    return report;
}

void merge_report(
    incident_state& state, source_report const& report, precedence among_all, precedence among_events
) {
    auto const& fields = report.fields;
    if (!state.title_pinned) merge_if_given(among_all, state.title, fields.title);
    merge_text(among_all, state.culprit, fields.culprit);
    merge_if_given(among_all, state.url, fields.url);
    merge_if_given(among_all, state.level, fields.level);
    set_if_given(state.short_id, fields.short_id);
    // Not every event says that it is none of an error.
    if (state.category.empty() || fields.category != "error") set_if_given(state.category, fields.category);
    merge_if_given(among_all, state.description, fields.description);
    merge_if_given(among_events, state.evidence, fields.evidence);
    // A real event makes it a real incident.
    if (report.is_event) state.is_test = state.is_test && fields.is_test;
    if (report.names_assignee) state.sentry_assignee = fields.sentry_assignee;
    if (report.is_state) {
        if (state.release.empty()) state.release = fields.release;
        if (state.environment.empty()) state.environment = fields.environment;
    } else if (!report.covers_all_environments) {
        merge_text(among_events, state.environment, fields.environment);
        merge_text(among_events, state.release, fields.release);
    }
}

}  // namespace tocsin::incidents
