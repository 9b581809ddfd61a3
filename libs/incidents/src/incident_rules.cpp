#include "incident_moves.hpp"

#include <tocsin/incidents/incident_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::incidents {

namespace {

/// issue.* carry no time of the change: they apply as they arrive, unless the issue's own status says
/// otherwise.
std::string contradiction(std::string const& action, std::string const& status) {
    bool const archived = action == "ignored" || action == "archived";
    std::string_view const expected = action == "resolved" ? "resolved" : archived ? "ignored" : "unresolved";
    if (status.empty() || status == expected || (archived && status == "archived")) return {};
    return "the action is " + action + ", but the issue is " + status +
           ": a later change has overtaken this webhook";
}

decision decide_lifecycle(std::string const& action, story const& of) {
    auto const& known = of.known();
    if (action == "unresolved") {
        if (of.is_open())
            return of.attach(
                entry_kind::updated,
                "unresolved in Sentry",
                "incident #" + std::to_string(known->number) + " is open already"
            );
        if (of.was_left_behind())
            return stored(
                outcome::ignored,
                "a person resolved incident #" + std::to_string(known->number) +
                    ", and nothing was seen of the issue since"
            );
        if (of.is_resolved()) return of.regress("the issue was unresolved in Sentry");
        return of.open("the issue was unresolved in Sentry, and had no incident");
    }
    if (!known) {
        if (of.where().result == routing::kind::unmapped)
            return stored(outcome::unmapped, "the Sentry project is not mapped to a service");
        return stored(outcome::ignored, "the issue has no incident that " + action + " could change");
    }
    if (action == "assigned") return of.assign();
    if (!of.is_open())
        return stored(
            outcome::ignored, "incident #" + std::to_string(known->number) + " is resolved already"
        );
    if (action == "resolved") return of.resolve(resolution::sentry, "resolved in Sentry");
    if (of.where().keep_on_archive)
        return of.attach(
            entry_kind::archived,
            "archived in Sentry; the mapping keeps the incident",
            "archived in Sentry, and the mapping says to keep the incident"
        );
    return of.resolve(resolution::archived, "archived in Sentry");
}

/// A lifecycle action that finds the incident as it would leave it, or none: one that belongs before it has
/// been lost or is late, and may undo this one when it comes.
bool is_out_of_turn(std::string const& action, story const& of) {
    return action == "unresolved" ? !of.is_resolved() : !of.is_open();
}

decision remembered_lifecycle(decision d, std::string const& action, story const& of) {
    // What was not processed is not remembered: it may be replayed once its project is mapped.
    bool const processed =
        d.outcome != outcome::unmapped && d.outcome != outcome::filtered && d.outcome != outcome::inactive;
    if (action == "assigned" || !processed) return d;
    d.applied = true;
    d.lifecycle = true;
    d.out_of_turn = is_out_of_turn(action, of);
    // One that leaves the incident as it is undoes nothing.
    bool const moves =
        d.outcome == outcome::opened || d.outcome == outcome::reopened || d.outcome == outcome::resolved;
    d.in_doubt = moves && of.is_unsettled();
    return d;
}

decision decide_issue(
    sentry::webhook const& hook, source_memory const& memory, story const& of, sentry::issue const& issue
) {
    static constexpr std::array<std::string_view, 6> actions{
        "created", "resolved", "unresolved", "ignored", "archived", "assigned"
    };
    if (std::find(actions.begin(), actions.end(), hook.action) == actions.end())
        return stored(outcome::ignored, "issue." + hook.action + " has no effect here");
    if (hook.action != "assigned")
        if (auto why = contradiction(hook.action, issue.status); !why.empty())
            return stored(outcome::stale, std::move(why));
    if (hook.action == "created") {
        if (of.is_open()) {
            auto d = of.attach(
                entry_kind::updated,
                "seen as new by Sentry",
                "incident #" + std::to_string(of.known()->number) + " of this issue is open already"
            );
            d.out_of_turn = memory.facts.had_lifecycle;
            return d;
        }
        if (memory.facts.had_lifecycle)
            return stored(outcome::stale, "issue.created came after a later change of the same issue");
        if (of.is_resolved())
            return of.is_newer_than_resolution() ? of.regress_by_event("the issue fired again")
                                                 : of.too_old();
        return of.open("a new issue in Sentry");
    }
    return remembered_lifecycle(decide_lifecycle(hook.action, of), hook.action, of);
}

decision decide_alert(story const& of, sentry::event_alert const& alert) {
    auto const rule = alert.rule.empty() ? std::string("an alert rule") : "alert rule " + alert.rule;
    if (of.is_open())
        return of.attach(
            entry_kind::alert_attached,
            rule,
            rule + " fired for incident #" + std::to_string(of.known()->number)
        );
    if (of.is_resolved())
        return of.is_newer_than_resolution() ? of.regress_by_event(rule + " fired again") : of.too_old();
    return of.open_by_event(rule + " fired");
}

decision decide_error(std::string const& action, story const& of) {
    if (action != "created") return stored(outcome::ignored, "error." + action + " has no effect here");
    if (of.is_open())
        return of.attach(
            entry_kind::event_counted, {}, "counted on incident #" + std::to_string(of.known()->number)
        );
    if (of.is_resolved())
        return of.is_newer_than_resolution() ? of.regress_by_event("the issue fired again") : of.too_old();
    if (of.where().result == routing::kind::mapped && !of.where().open_on_error)
        return stored(outcome::ignored, "a bare error opens nothing, unless its mapping says so");
    return of.open_by_event("an error");
}

decision decide_metric(std::string const& action, story const& of, sentry::metric_alert const& alert) {
    if (action == "resolved") {
        if (of.is_open()) return of.resolve(resolution::sentry, "the metric alert came down");
        if (of.known())
            return stored(
                outcome::ignored, "incident #" + std::to_string(of.known()->number) + " is resolved already"
            );
        if (of.where().result == routing::kind::unmapped)
            return stored(outcome::unmapped, "none of the alert's projects is mapped to a service");
        return stored(outcome::ignored, "the metric alert has no incident that could be resolved");
    }
    if (action != "critical" && action != "warning" && action != "open")
        return stored(outcome::ignored, "metric_alert." + action + " has no effect here");
    auto const what = "the metric alert is " + action;
    if (of.is_open())
        return of.attach(
            entry_kind::alert_attached,
            alert.text.empty() ? what : alert.text,
            what + ": incident #" + std::to_string(of.known()->number)
        );
    if (of.is_resolved()) return of.regress(what + " again");
    return of.open(what);
}

decision decide_comment(std::string const& action, story const& of, sentry::comment const& comment) {
    if (!of.known()) return stored(outcome::ignored, "the issue has no incident that could show the comment");
    auto const text = action == "deleted" ? std::string("a comment was deleted") : comment.text;
    return of.note(
        entry_kind::commented,
        text,
        "comment." + action + " in the timeline of incident #" + std::to_string(of.known()->number)
    );
}

/// The issue action that an activity of type `status_*` is; empty for the others.
std::string lifecycle_of(std::string_view activity) {
    if (activity == "status_resolved" || activity == "status_resolved_in_release" ||
        activity == "status_resolved_by_age" || activity == "status_resolved_in_commit")
        return "resolved";
    if (activity == "status_unresolved" || activity == "status_regression" || activity == "status_escalating")
        return "unresolved";
    return activity == "status_ignored" ? "ignored" : std::string();
}

decision decide_activity(story const& of, sentry::activity_alert const& alert) {
    auto const action = lifecycle_of(alert.type);
    if (action.empty()) {
        if (!of.known())
            return stored(outcome::ignored, "the issue has no incident that could show " + alert.type);
        return of.note(
            entry_kind::updated,
            alert.type,
            alert.type + " in the timeline of incident #" + std::to_string(of.known()->number)
        );
    }
    if (auto why = contradiction(action, alert.issue.status); !why.empty())
        return stored(outcome::stale, std::move(why));
    return remembered_lifecycle(decide_lifecycle(action, of), action, of);
}

/// By the rules of its kind.
decision decide_alone(
    sentry::webhook const& hook,
    routing const& where,
    source_memory const& memory,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
) {
    if (!hook.unreadable.empty()) return stored(outcome::unreadable, hook.unreadable);
    if (!hook.disagreement.empty()) return stored(outcome::ignored, hook.disagreement);
    if (memory.same_body)
        return stored(outcome::duplicate, "the body equals the last one applied to this source");
    if (memory.event_applied) return stored(outcome::duplicate, "this event has had its effect already");
    // Paused means paused, for what exists too; without a mapping an existing incident still lives on.
    if (where.result == routing::kind::inactive) return stored(outcome::inactive, where.explained);

    auto const story_of = [&](facts about) {
        return story(where, memory, known, settings, now, std::move(about));
    };
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what))
        return decide_issue(hook, memory, story_of(facts_of(*issue, hook.action)), *issue);
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        return decide_alert(story_of(facts_of(*alert)), *alert);
    if (auto const* error = std::get_if<sentry::event>(&hook.what))
        return decide_error(hook.action, story_of(facts_of(*error)));
    if (auto const* metric = std::get_if<sentry::metric_alert>(&hook.what))
        return decide_metric(hook.action, story_of(facts_of(*metric, hook.action)), *metric);
    if (auto const* comment = std::get_if<sentry::comment>(&hook.what))
        return decide_comment(hook.action, story_of({}), *comment);
    if (auto const* activity = std::get_if<sentry::activity_alert>(&hook.what))
        return decide_activity(story_of(facts_of(activity->issue, {})), *activity);
    return stored(outcome::ignored, hook.resource_name + "." + hook.action + " has no effect here");
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
    sentry::webhook const& hook,
    routing const& where,
    source_memory const& memory,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
) {
    auto made = decide_alone(hook, where, memory, known, settings, now);
    made.in_doubt = !memory.is_read_back && (made.in_doubt || made.outcome == outcome::stale);
    made.out_of_turn = !memory.is_read_back && made.out_of_turn;
    return made;
}

source_facts remembered(
    source_facts before, sentry::webhook const& hook, decision const& made, timestamp now
) {
    auto after = before;
    after.had_lifecycle = after.had_lifecycle || made.lifecycle;
    after.events = made.events.value_or(after.events);
    if (made.out_of_turn) after.unsettled_at = now;
    auto const state = [&](sentry::issue const& is) {
        after.last_state_at = std::max(after.last_state_at, is.last_seen);
    };
    auto const event = [&](sentry::event const& is) {
        after.last_event_at = std::max(after.last_event_at, is.at);
    };
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what)) {
        state(*issue);
        after.was_created = after.was_created || hook.action == "created";
    }
    if (auto const* activity = std::get_if<sentry::activity_alert>(&hook.what)) state(activity->issue);
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what)) event(*alert);
    if (auto const* error = std::get_if<sentry::event>(&hook.what)) event(*error);
    return after;
}

}  // namespace tocsin::incidents
