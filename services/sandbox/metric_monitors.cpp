#include "metric_monitors.hpp"

#include "occurrences.hpp"

#include <charconv>
#include <utility>

namespace tocsin::sandbox {

namespace {

/// Sentry adds it to the ids of objects that its former alerts do not have.
constexpr std::int64_t id_offset = 10'000'000'000;

std::string next_period(sentry_state& state) {
    auto const text = state.next_id();
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::to_string(number + id_offset);
}

}  // namespace

metric_monitor& metric_monitors::add(sentry_state& state, metric_monitor draft) {
    if (draft.id.empty()) draft.id = next_period(state);
    all_.push_back(std::move(draft));
    return all_.back();
}

metric_monitor* metric_monitors::find(std::string_view id) {
    for (auto& monitor : all_)
        if (monitor.id == id) return &monitor;
    return nullptr;
}

void open_period(sentry_state& state, metric_monitor& monitor) {
    if (!monitor.period.empty() && !monitor.closed) return;
    monitor.period = next_period(state);
    monitor.started = state.now();
    monitor.closed.reset();
}

issue& open_issue(sentry_state& state, metric_monitor& monitor) {
    auto* issue = monitor.issue_id.empty() ? nullptr : state.issue_by(monitor.issue_id);
    if (!issue) {
        auto draft = draft_of(issue_kind::metric);
        draft.title = monitor.name;
        draft.environment = monitor.environment;
        auto const* const org = state.organization_by(monitor.organization_id);
        issue = state.add_issue(*state.project_by(*org, monitor.project_id), std::move(draft)).value();
        monitor.issue_id = issue->id;
    }
    return *issue;
}

payloads::metric_alert alert_of(sentry_state& state, metric_monitor const& monitor, std::string_view action) {
    payloads::metric_alert out;
    out.id = monitor.period;
    out.rule_id = monitor.names_rule ? monitor.id : "";
    out.title = monitor.name;
    out.action = action;
    out.text = "250 events in the last 10 minutes\nThreshold: Static";
    auto const* const org = state.organization_by(monitor.organization_id);
    out.projects = {state.project_by(*org, monitor.project_id)->slug};
    out.started = monitor.started;
    out.at = state.now();
    out.settings = monitor.settings;
    out.environment = monitor.environment;
    out.names_installation = monitor.names_installation;
    out.closed = monitor.closed;
    return out;
}

}  // namespace tocsin::sandbox
