#include "rules/decision_builder.hpp"
#include "rules/words.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/incidents/incident_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::incidents {

using namespace std::chrono_literals;

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

/// What Sentry says about a change of an issue.
struct lifecycle_words {
    std::string resolution;
    std::string regression;
};

lifecycle_words words_of(sentry::issue const& issue, std::string_view activity, sentry::actor const& actor) {
    return {words_of_resolution(issue, activity), words_of_regression(issue, activity, actor)};
}

decision decide_lifecycle(
    std::string const& action, decision_builder const& builder, lifecycle_words const& words
) {
    auto const& known = builder.known();
    if (action == "unresolved") {
        if (builder.is_open())
            return builder.attach(
                entry_kind::updated,
                words.regression,
                "incident #" + std::to_string(known->number) + " is already open"
            );
        if (builder.is_resolved_only_here())
            return log_only(
                outcome::ignored,
                "a person resolved incident #" + std::to_string(known->number) +
                    ", and the issue has not been seen since"
            );
        if (builder.is_resolved()) return builder.regress(words.regression);
        return builder.open(words.regression + " and had no incident", words.regression);
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
    if (action == "resolved") return builder.resolve(resolution::sentry, words.resolution);
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
    if (!issue.end.empty() && !builder.known())
        return log_only(outcome::ignored, issue.end + ", and it had no incident");
    auto const words = words_of(issue, {}, webhook.actor);
    return with_lifecycle(decide_lifecycle(webhook.action, builder, words), webhook.action, builder);
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
            entry_kind::event_counted,
            {},
            (builder.is_event_known() ? "an event that is already counted on incident #"
                                      : "counted on incident #") +
                std::to_string(builder.known()->number)
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

/// The number of the alert's period; 0 if it is not a number.
std::int64_t period_of(sentry::metric_alert const& alert) {
    return whole_number(alert.id).value_or(0);
}

decision decide_metric_end(decision_builder const& builder, sentry::metric_alert const& alert) {
    if (auto const period = period_of(alert); period != 0 && period < builder.history().period_fired)
        return log_only(
            outcome::stale, "the metric alert has fired again since the end that this webhook reports"
        );
    if (builder.is_open()) return builder.resolve(resolution::sentry, "the metric alert ended");
    if (!builder.known() && builder.route().result == routing::kind::unmapped)
        return log_only(outcome::unmapped, "none of the alert's projects is mapped to a service");
    auto d = log_only(
        outcome::ignored,
        builder.known() ? "incident #" + std::to_string(builder.known()->number) + " is already resolved"
                        : "the metric alert has no incident to resolve"
    );
    d.applied = true;  // its beginning may arrive later
    return d;
}

decision decide_metric(
    std::string const& action, decision_builder const& builder, sentry::metric_alert const& alert
) {
    if (action == "resolved") return decide_metric_end(builder, alert);
    if (action != "critical" && action != "warning" && action != "open")
        return log_only(outcome::ignored, "metric_alert." + action + " has no effect here");
    auto const level = "the metric alert is " + action;
    auto const period = period_of(alert);
    if (alert.is_closed || (period != 0 && period <= builder.history().period_closed))
        return log_only(outcome::stale, level + " in a period that has ended by now");
    if (builder.was_resolved_by_person_since(alert.started_at)) return builder.too_old(level + ", which");
    if (builder.is_open())
        return builder.attach(
            entry_kind::alert_attached,
            alert.text.empty() ? level : alert.text,
            level + ": incident #" + std::to_string(builder.known()->number)
        );
    if (builder.is_resolved()) return builder.regress(level + " again");
    return builder.open(level, alert.text.empty() ? level : alert.text);
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

decision decide_activity(
    decision_builder const& builder, sentry::activity_alert const& alert, sentry::actor const& actor
) {
    auto const action = lifecycle_of(alert.type);
    if (action.empty()) {
        if (!builder.known())
            return log_only(outcome::ignored, "the issue has no incident to show " + alert.type + " on");
        return builder.note(
            entry_kind::updated,
            words_of_activity(alert),
            alert.type + " in the timeline of incident #" + std::to_string(builder.known()->number)
        );
    }
    if (auto why = contradiction(action, alert.issue.status); !why.empty())
        return log_only(outcome::stale, std::move(why));
    auto const words = words_of(alert.issue, alert.type, actor);
    return with_lifecycle(decide_lifecycle(action, builder, words), action, builder);
}

/// Whether a webhook can do no more to an incident than end, assign, or comment on it.
bool is_allowed_while_paused(sentry::webhook const& webhook) {
    auto const& action = webhook.action;
    if (std::holds_alternative<sentry::issue>(webhook.what))
        return action == "resolved" || action == "ignored" || action == "archived" || action == "assigned";
    if (std::holds_alternative<sentry::metric_alert>(webhook.what)) return action == "resolved";
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what))
        return lifecycle_of(activity->type) != "unresolved";
    return std::holds_alternative<sentry::comment>(webhook.what);
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
    if (route.result == routing::kind::inactive && !(known && is_allowed_while_paused(webhook)))
        return log_only(outcome::inactive, route.description);

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
        return decide_activity(builder_of(report_of(activity->issue, {})), *activity, webhook.actor);
    return log_only(outcome::ignored, webhook.resource_name + "." + webhook.action + " has no effect here");
}

/// The alert of a metric monitor and its issue share an incident. If they contradict each other, one of the
/// two is late, and the issue must be read from Sentry.
bool contradicts_alert(sentry::webhook const& webhook, source_history const& history, decision const& made) {
    bool const has_alert = history.period_fired > 0 || history.period_closed > 0;
    if (!has_alert || std::holds_alternative<sentry::metric_alert>(webhook.what)) return false;
    bool const is_firing = history.period_fired > history.period_closed;
    bool const opens = made.outcome == outcome::opened || made.outcome == outcome::reopened;
    return is_firing ? made.outcome == outcome::resolved : opens;
}

}  // namespace

bool is_first_event(std::optional<timestamp> at, std::optional<timestamp> first_seen) noexcept {
    if (!at || !first_seen) return false;
    // The two are the same time, but one may be cut to the second.
    auto const is_cut = [](timestamp time) { return time.time_since_epoch() % 1s == 0s; };
    return *at < *first_seen + (is_cut(*at) || is_cut(*first_seen) ? 1s : 1ms);
}

bool source_history::has_first_event_of(std::optional<timestamp> first_seen) const noexcept {
    return is_first_event(first_event_at, first_seen);
}

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
    result.in_doubt = result.in_doubt || contradicts_alert(webhook, context.history, result);
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
        if (!after.first_event_at || (event.at && event.at < after.first_event_at))
            after.first_event_at = event.at;
    };
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what)) {
        add_state(*issue);
        if (webhook.action == "created" && !after.was_created) {
            after.was_created = true;
            after.first_seen_at = issue->first_seen;
        }
    }
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what)) add_state(activity->issue);
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what)) add_event(*alert);
    if (auto const* error = std::get_if<sentry::event>(&webhook.what)) add_event(*error);
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what)) {
        auto& newest = webhook.action == "resolved" ? after.period_closed : after.period_fired;
        newest = std::max(newest, period_of(*metric));
    }
    return after;
}

}  // namespace tocsin::incidents
