#include "control.hpp"
#include "issue_changes.hpp"
#include "metric_monitors.hpp"

#include <iterator>
#include <string>
#include <utility>

/// The control API of metric alerts and metric monitors.
namespace tocsin::sandbox {

namespace {

constexpr json::length description_text{0, 2'000};

std::vector<webhook> alert_webhooks(
    sandbox_context& context, organization const& org, payloads::metric_alert const& alert
) {
    return webhooks_for(
        context.state,
        context.base_url,
        org,
        {},
        "metric_alert",
        alert.action,
        [&](auto const& origin) { return payloads::metric_alert_changed(origin, alert); }
    );
}

void read_action(json::reader& in, payloads::metric_alert& alert) {
    alert.settings = read_settings(in);
    alert.names_installation = in.optional_bool("names_installation", true);
}

response_task send_metric_alert(sandbox_context& context, http::request& request) {
    auto& state = context.state;
    auto const* const org = state.organization_by(request.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    payloads::metric_alert alert;
    alert.action = in.required_word("action", {"critical", "warning", "resolved", "open"});
    alert.id = in.optional_text("id", {1, 19}).value_or("789");
    alert.rule_id = in.optional_text("rule_id", {0, 19}).value_or("456");
    alert.title = in.optional_text("title", short_text).value_or("Too many failed payments");
    alert.text = in.optional_text("text", description_text).value_or("250 events in the last 10 minutes");
    alert.projects = in.optional_texts("projects", 50, short_text).value_or(std::vector<std::string>{});
    alert.rule_projects = in.optional_texts("rule_projects", 50, short_text);
    alert.environment = in.optional_text("environment", optional_long_text).value_or("");
    alert.at = state.now();
    alert.started = in.optional_time("started").value_or(alert.at);
    alert.closed = in.optional_time("closed");
    read_action(in, alert);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const sent = co_await context.webhooks.send_all(alert_webhooks(context, *org, alert));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

/// Responds with the monitor after its webhooks.
response_task send_and_respond(
    sandbox_context& context, int status, metric_monitor const& monitor, std::vector<webhook> webhooks
) {
    json::writer out;
    out.begin_object()
        .name("monitor")
        .begin_object()
        .field("id", monitor.id)
        .field("name", monitor.name)
        .field("period", monitor.period)
        .field("is_open", !monitor.period.empty() && !monitor.closed)
        .field("issue", monitor.issue_id)
        .end_object();
    auto const sent = co_await context.webhooks.send_all(std::move(webhooks));
    co_return control_done(status, std::move(out), sent);
}

response_task create_monitor(sandbox_context& context, http::request& request) {
    auto const* const org = context.state.organization_by(request.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const project_name = in.required_text("project", short_text);
    metric_monitor draft;
    draft.id = in.optional_text("id", {1, 19}).value_or("");
    draft.name = in.optional_text("name", short_text).value_or("Too many failed payments");
    draft.environment = in.optional_text("environment", optional_long_text).value_or("");
    draft.settings = read_settings(in);
    draft.names_installation = in.optional_bool("names_installation", false);
    draft.names_rule = in.optional_bool("names_rule", true);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const* const project = context.state.project_by(*org, project_name);
    if (!project) co_return control_unknown("project");
    if (context.monitors.find(draft.id))
        co_return control_problem({errc::conflict, "a metric monitor has that id already"});
    draft.organization_id = org->id;
    draft.project_id = project->id;
    co_return co_await send_and_respond(
        context, 201, context.monitors.add(context.state, std::move(draft)), {}
    );
}

/// The monitor of the path and the request's body, or the response that refuses them.
struct monitor_call {
    metric_monitor* monitor = nullptr;
    std::optional<json::document> body;
    std::optional<http::response> refusal;
};
monitor_call read_monitor_call(sandbox_context& context, http::request const& request) {
    monitor_call out;
    out.monitor = context.monitors.find(request.capture("monitor"));
    auto body = control_body(request);
    if (!out.monitor)
        out.refusal = control_unknown("metric monitor");
    else if (!body)
        out.refusal = control_problem(body.error());
    else
        out.body = std::move(*body);
    return out;
}

std::vector<webhook> joined(std::vector<webhook> first, std::vector<webhook> second) {
    std::move(second.begin(), second.end(), std::back_inserter(first));
    return first;
}

/// The alert, and what the monitor's issue sends: an alert about its event if there is a rule, and
/// `issue.unresolved` from the second period on.
response_task breach_monitor(sandbox_context& context, http::request& request) {
    auto const call = read_monitor_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const action = in.optional_word("action", {"critical", "warning", "open"}).value_or("critical");
    bool const issue_first = in.optional_bool("issue_first", false);
    payloads::alert_rule rule;
    rule.label = in.optional_text("rule", optional_long_text).value_or("");
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto& state = context.state;
    auto& monitor = *call.monitor;
    open_period(state, monitor);
    auto& issue = open_issue(state, monitor);
    payloads::event_details const event{
        random_hex(16), state.now(), monitor.environment, "", issue.level, monitor.name
    };
    auto of_issue = add_event(context, issue, event, rule, regression::reopens);
    auto of_alert = alert_webhooks(
        context, *state.organization_by(monitor.organization_id), alert_of(state, monitor, action)
    );
    auto webhooks = issue_first ? joined(std::move(of_issue), std::move(of_alert))
                                : joined(std::move(of_alert), std::move(of_issue));
    co_return co_await send_and_respond(context, 200, monitor, std::move(webhooks));
}

/// The issue is resolved without a webhook of its own.
response_task recover_monitor(sandbox_context& context, http::request& request) {
    auto const call = read_monitor_call(context, request);
    if (call.refusal) co_return *call.refusal;
    auto& state = context.state;
    auto& monitor = *call.monitor;
    if (monitor.period.empty() || monitor.closed)
        co_return control_problem({errc::conflict, "the metric monitor has no open period"});
    monitor.closed = state.now();
    recover(open_issue(state, monitor));
    co_return co_await send_and_respond(
        context,
        200,
        monitor,
        alert_webhooks(
            context, *state.organization_by(monitor.organization_id), alert_of(state, monitor, "resolved")
        )
    );
}

/// An alert that Sentry's queue delayed: it has the status that the period has by now.
response_task send_late_alert(sandbox_context& context, http::request& request) {
    auto const call = read_monitor_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const action =
        in.optional_word("action", {"critical", "warning", "open", "resolved"}).value_or("critical");
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const& monitor = *call.monitor;
    auto& state = context.state;
    co_return co_await send_and_respond(
        context,
        200,
        monitor,
        alert_webhooks(
            context, *state.organization_by(monitor.organization_id), alert_of(state, monitor, action)
        )
    );
}

}  // namespace

void add_control_metric_routes(route_table& table, sandbox_context& context) {
    auto const add = [&](char const* pattern, control_handler handle) {
        add_control_route(table, context, http::method::post, pattern, handle);
    };
    add("/control/organizations/{organization}/metric-alerts", send_metric_alert);
    add("/control/organizations/{organization}/metric-monitors", create_monitor);
    add("/control/metric-monitors/{monitor}/breach", breach_monitor);
    add("/control/metric-monitors/{monitor}/recover", recover_monitor);
    add("/control/metric-monitors/{monitor}/alerts", send_late_alert);
}

}  // namespace tocsin::sandbox
