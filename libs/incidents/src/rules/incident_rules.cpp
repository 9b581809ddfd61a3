#include "rules/decision_builder.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/incidents/incident_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::incidents {

namespace {

constexpr std::size_t longest_rule = 500;  // bytes, as the column's check

/// Why the status of the issue contradicts the action; empty if it does not. issue.* carry no time of the
/// change, so they apply in the order of arrival.
std::string contradiction(std::string const& action, std::string const& status) {
    bool const archived = action == "ignored" || action == "archived";
    std::string_view const expected = action == "resolved" ? "resolved" : archived ? "ignored" : "unresolved";
    if (status.empty() || status == expected || (archived && status == "archived")) return {};
    return "the action is " + action + ", but the issue is " + status +
           ": a later change arrived before this webhook";
}

decision decide_lifecycle(std::string const& action, decision_builder const& builder) {
    auto const& known = builder.known();
    if (action == "unresolved") {
        if (builder.is_open())
            return builder.attach(
                entry_kind::updated,
                "unresolved in Sentry",
                "incident #" + std::to_string(known->number) + " is already open"
            );
        if (builder.is_resolved_only_here())
            return log_only(
                outcome::ignored,
                "a person resolved incident #" + std::to_string(known->number) +
                    ", and the issue has not been seen since"
            );
        if (builder.is_resolved()) return builder.regress("the issue was unresolved in Sentry");
        return builder.open("the issue was unresolved in Sentry and had no incident");
    }
    if (!known) {
        if (builder.route().result == routing::kind::unmapped)
            return log_only(outcome::unmapped, "the Sentry project is not mapped to a service");
        return log_only(outcome::ignored, "the issue has no incident for " + action + " to change");
    }
    if (action == "assigned") return builder.assign();
    if (!builder.is_open())
        return log_only(
            outcome::ignored, "incident #" + std::to_string(known->number) + " is already resolved"
        );
    if (action == "resolved") return builder.resolve(resolution::sentry, "resolved in Sentry");
    if (builder.route().keep_on_archive)
        return builder.attach(
            entry_kind::archived,
            "archived in Sentry; the mapping keeps the incident open",
            "archived in Sentry, but the mapping keeps the incident open"
        );
    return builder.resolve(resolution::archived, "archived in Sentry");
}

/// Whether the incident already is as a lifecycle action would leave it, or is missing: an earlier action was
/// lost or is late, and may undo this one when it arrives.
bool is_out_of_order(std::string const& action, decision_builder const& builder) {
    return action == "unresolved" ? !builder.is_resolved() : !builder.is_open();
}

decision with_lifecycle(decision d, std::string const& action, decision_builder const& builder) {
    // A delivery that was not processed leaves no history: it may be replayed once its project is mapped.
    bool const processed =
        d.outcome != outcome::unmapped && d.outcome != outcome::filtered && d.outcome != outcome::inactive;
    if (action == "assigned" || !processed) return d;
    d.applied = true;
    d.lifecycle = true;
    d.out_of_order = is_out_of_order(action, builder);
    // An action that leaves the status as it is undoes nothing.
    bool const changes_status =
        d.outcome == outcome::opened || d.outcome == outcome::reopened || d.outcome == outcome::resolved;
    d.in_doubt = changes_status && builder.is_unsettled();
    return d;
}

decision decide_issue(
    sentry::webhook const& webhook, decision_builder const& builder, sentry::issue const& issue
) {
    static constexpr std::array<std::string_view, 6> actions{
        "created", "resolved", "unresolved", "ignored", "archived", "assigned"
    };
    if (std::find(actions.begin(), actions.end(), webhook.action) == actions.end())
        return log_only(outcome::ignored, "issue." + webhook.action + " has no effect here");
    if (webhook.action != "assigned")
        if (auto why = contradiction(webhook.action, issue.status); !why.empty())
            return log_only(outcome::stale, std::move(why));
    if (webhook.action == "created") {
        if (builder.is_open()) {
            auto d = builder.attach(
                entry_kind::updated,
                "seen as new by Sentry",
                "incident #" + std::to_string(builder.known()->number) + " of this issue is already open"
            );
            d.out_of_order = builder.history().had_lifecycle;
            return d;
        }
        if (builder.history().had_lifecycle)
            return log_only(outcome::stale, "issue.created came after a later change of the same issue");
        if (builder.is_resolved())
            return builder.is_newer_than_resolution() ? builder.regress_by_event("the issue fired again")
                                                      : builder.too_old();
        return builder.open("a new issue in Sentry");
    }
    return with_lifecycle(decide_lifecycle(webhook.action, builder), webhook.action, builder);
}

decision decide_alert(decision_builder const& builder, sentry::event_alert const& alert) {
    auto const rule = alert.rule.empty() ? std::string("an alert rule") : "alert rule " + alert.rule;
    if (builder.is_open())
        return builder.attach(
            entry_kind::alert_attached,
            rule,
            rule + " fired for incident #" + std::to_string(builder.known()->number)
        );
    if (builder.is_resolved())
        return builder.is_newer_than_resolution() ? builder.regress_by_event(rule + " fired again")
                                                  : builder.too_old();
    return builder.open_by_event(rule + " fired");
}

decision decide_error(std::string const& action, decision_builder const& builder) {
    if (action != "created") return log_only(outcome::ignored, "error." + action + " has no effect here");
    if (builder.is_open())
        return builder.attach(
            entry_kind::event_counted, {}, "counted on incident #" + std::to_string(builder.known()->number)
        );
    if (builder.is_resolved())
        return builder.is_newer_than_resolution() ? builder.regress_by_event("the issue fired again")
                                                  : builder.too_old();
    if (builder.route().result == routing::kind::mapped && !builder.route().open_on_error)
        return log_only(
            outcome::ignored, "an error without an alert opens an incident only if the mapping allows it"
        );
    return builder.open_by_event("an error");
}

decision decide_metric(
    std::string const& action, decision_builder const& builder, sentry::metric_alert const& alert
) {
    if (action == "resolved") {
        if (builder.is_open()) return builder.resolve(resolution::sentry, "the metric alert ended");
        if (builder.known())
            return log_only(
                outcome::ignored,
                "incident #" + std::to_string(builder.known()->number) + " is already resolved"
            );
        if (builder.route().result == routing::kind::unmapped)
            return log_only(outcome::unmapped, "none of the alert's projects is mapped to a service");
        return log_only(outcome::ignored, "the metric alert has no incident to resolve");
    }
    if (action != "critical" && action != "warning" && action != "open")
        return log_only(outcome::ignored, "metric_alert." + action + " has no effect here");
    auto const level = "the metric alert is " + action;
    if (builder.is_open())
        return builder.attach(
            entry_kind::alert_attached,
            alert.text.empty() ? level : alert.text,
            level + ": incident #" + std::to_string(builder.known()->number)
        );
    if (builder.is_resolved()) return builder.regress(level + " again");
    return builder.open(level);
}

decision decide_comment(
    std::string const& action, decision_builder const& builder, sentry::comment const& comment
) {
    if (!builder.known())
        return log_only(outcome::ignored, "the issue has no incident to show the comment on");
    auto const text = action == "deleted" ? std::string("a comment was deleted") : comment.text;
    return builder.note(
        entry_kind::commented,
        text,
        "comment." + action + " in the timeline of incident #" + std::to_string(builder.known()->number)
    );
}

/// The issue action that an activity of type `status_*` stands for; empty for other types.
std::string lifecycle_of(std::string_view activity) {
    if (activity == "status_resolved" || activity == "status_resolved_in_release" ||
        activity == "status_resolved_by_age" || activity == "status_resolved_in_commit")
        return "resolved";
    if (activity == "status_unresolved" || activity == "status_regression" || activity == "status_escalating")
        return "unresolved";
    return activity == "status_ignored" ? "ignored" : std::string();
}

decision decide_activity(decision_builder const& builder, sentry::activity_alert const& alert) {
    auto const action = lifecycle_of(alert.type);
    if (action.empty()) {
        if (!builder.known())
            return log_only(outcome::ignored, "the issue has no incident to show " + alert.type + " on");
        return builder.note(
            entry_kind::updated,
            alert.type,
            alert.type + " in the timeline of incident #" + std::to_string(builder.known()->number)
        );
    }
    if (auto why = contradiction(action, alert.issue.status); !why.empty())
        return log_only(outcome::stale, std::move(why));
    return with_lifecycle(decide_lifecycle(action, builder), action, builder);
}

/// By the rules of the webhook's resource.
decision decide_by_resource(
    sentry::webhook const& webhook,
    routing const& route,
    delivery_context const& context,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
) {
    if (!webhook.unreadable.empty()) return log_only(outcome::unreadable, webhook.unreadable);
    if (!webhook.disagreement.empty()) return log_only(outcome::ignored, webhook.disagreement);
    if (context.same_body)
        return log_only(outcome::duplicate, "the body equals the last one applied to this source");
    if (context.event_applied) return log_only(outcome::duplicate, "this event was already applied");
    // A paused mapping also stops changes of existing incidents; a missing one does not.
    if (route.result == routing::kind::inactive) return log_only(outcome::inactive, route.description);

    auto const builder_of = [&](source_report report) {
        return decision_builder(route, context, known, settings, now, std::move(report));
    };
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what))
        return decide_issue(webhook, builder_of(report_of(*issue, webhook.action)), *issue);
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what))
        return decide_alert(builder_of(report_of(*alert)), *alert);
    if (auto const* error = std::get_if<sentry::event>(&webhook.what))
        return decide_error(webhook.action, builder_of(report_of(*error)));
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what))
        return decide_metric(webhook.action, builder_of(report_of(*metric, webhook.action)), *metric);
    if (auto const* comment = std::get_if<sentry::comment>(&webhook.what))
        return decide_comment(webhook.action, builder_of({}), *comment);
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what))
        return decide_activity(builder_of(report_of(activity->issue, {})), *activity);
    return log_only(outcome::ignored, webhook.resource_name + "." + webhook.action + " has no effect here");
}

}  // namespace

severity automatic_severity(
    std::string_view level, std::int64_t count, rule_settings const& settings
) noexcept {
    if (level == "fatal") return severity::critical;
    if (level == "warning") return severity::warning;
    if (level == "info" || level == "debug" || level == "sample") return severity::info;
    return count >= settings.critical_event_count ? severity::critical : severity::error;
}

decision decide(
    sentry::webhook const& webhook,
    routing const& route,
    delivery_context const& context,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
) {
    auto result = decide_by_resource(webhook, route, context, known, settings, now);
    result.rule = repaired(result.rule, longest_rule);
    result.in_doubt = !context.from_reconciler && (result.in_doubt || result.outcome == outcome::stale);
    result.out_of_order = !context.from_reconciler && result.out_of_order;
    return result;
}

source_history history_after(
    source_history before, sentry::webhook const& webhook, decision const& applied, timestamp now
) {
    auto after = before;
    after.had_lifecycle = after.had_lifecycle || applied.lifecycle;
    after.events = applied.events.value_or(after.events);
    if (applied.out_of_order) after.unsettled_at = now;
    auto const add_state = [&](sentry::issue const& issue) {
        after.last_state_at = std::max(after.last_state_at, issue.last_seen);
    };
    auto const add_event = [&](sentry::event const& event) {
        after.last_event_at = std::max(after.last_event_at, event.at);
    };
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what)) {
        add_state(*issue);
        after.was_created = after.was_created || webhook.action == "created";
    }
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what)) add_state(activity->issue);
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what)) add_event(*alert);
    if (auto const* error = std::get_if<sentry::event>(&webhook.what)) add_event(*error);
    return after;
}

}  // namespace tocsin::incidents
