#include <tocsin/base/text.hpp>
#include <tocsin/incidents/incident_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::incidents {

namespace {

/// What a webhook says of its issue, whichever resource it came with.
struct facts {
    std::string title, culprit, url, short_id, environment, release, level, assignee;
    std::int64_t count = 1;
    bool one_more = false;                        ///< this is one further event, whatever `count` says
    bool is_state = false;                        ///< of the issue itself, not of one of its events
    bool is_creation = false;                     ///< of the issue, which its first event made
    std::optional<timestamp> at;                  ///< of the event itself, by Sentry's clock
    std::optional<incidents::severity> severity;  ///< that a metric alert names by its action
    std::string source;                           ///< for the title where there is none
    bool of_all_environments = false;             ///< metric alerts name none
};

facts facts_of(sentry::issue const& issue, std::string_view action) {
    facts about;
    about.is_state = true;
    about.is_creation = action == "created";
    about.title = issue.title;
    about.culprit = issue.culprit;
    about.url = issue.url;
    about.short_id = issue.short_id;
    about.release = issue.release;
    about.level = issue.level;
    about.assignee = issue.assignee;
    about.count = issue.count;
    about.at = issue.last_seen;
    about.source = "Sentry issue " + issue.id;
    return about;
}

facts facts_of(sentry::event const& event) {
    facts about;
    about.title = event.title;
    about.culprit = event.culprit;
    about.url = event.url;
    about.environment = event.environment;
    about.release = event.release;
    about.level = event.level;
    about.one_more = true;
    about.at = event.at;
    about.source = "Sentry issue " + event.issue_id;
    return about;
}

/// A metric alert's action is its level: `open` counts as error.
facts facts_of(sentry::metric_alert const& alert, std::string_view action) {
    facts about;
    about.title = alert.title;
    about.url = alert.url;
    about.level = action == "critical" ? "fatal" : action == "warning" ? "warning" : "error";
    about.severity = action == "critical"  ? severity::critical
                     : action == "warning" ? severity::warning
                                           : severity::error;
    about.one_more = action != "resolved";
    about.of_all_environments = true;
    about.source = "Metric alert " + alert.id;
    return about;
}

int level_rank(std::string_view level) noexcept {
    // Sentry's levels in rising order; an unknown one counts as error, as Sentry itself takes it.
    static constexpr std::array<std::string_view, 6> levels{
        "sample", "debug", "info", "warning", "error", "fatal"
    };
    auto const at = std::find(levels.begin(), levels.end(), level);
    return at == levels.end() ? 4 : static_cast<int>(at - levels.begin());
}

severity wanted_severity(
    routing const& where, facts const& about, std::int64_t count, rule_settings const& settings
) noexcept {
    if (auto const explicit_one = parse_severity(where.severity)) return *explicit_one;
    return about.severity ? *about.severity : automatic_severity(about.level, count, settings);
}

void fill(std::string& into, std::string const& from) {
    if (!from.empty()) into = from;
}

decision stored(outcome o, std::string rule) {
    return {.outcome = o, .rule = std::move(rule)};
}

/// Why the mapping's or action's filters keep this delivery from opening anything; empty where they let it
/// through.
std::string filtered_by(routing const& where, facts const& about, std::string const& environment) {
    if (where.min_level && level_rank(about.level) < level_rank(*where.min_level))
        return "level " + (about.level.empty() ? std::string("error") : about.level) +
               " is below the minimum " + *where.min_level + " of " + where.explained;
    if (where.environments.empty() || about.of_all_environments) return {};
    if (environment.empty())
        return where.explained +
               " is limited to environments, and this kind of webhook names none (an alert rule's does)";
    bool const listed =
        std::any_of(where.environments.begin(), where.environments.end(), [&](std::string const& one) {
            return iequals(one, environment);
        });
    return listed ? std::string()
                  : "environment " + environment + " is not among those of " + where.explained;
}

/// One decision in the making: what is known, and the moves that the rules are made of.
class story {
public:
    story(
        routing const& where,
        source_memory const& memory,
        std::optional<known_incident> const& known,
        rule_settings const& settings,
        timestamp now,
        facts about
    )
        : where_(where),
          memory_(memory.facts),
          known_(known),
          settings_(settings),
          now_(now),
          about_(std::move(about)) {}

    bool is_open() const { return known_ && known_->state.status != status::resolved; }
    bool is_resolved() const { return known_ && known_->state.status == status::resolved; }

    /// A new incident, or nothing where routing and filters say no.
    decision open(std::string why) const {
        if (auto refused = refused_by_routing()) return *refused;
        if (where_.attach_only)
            return stored(
                outcome::ignored, where_.explained + " only attaches to incidents that are open, and none is"
            );
        decision d{
            .outcome = outcome::opened,
            .rule = std::move(why) + " (" + where_.explained + ")",
            .change = change::open,
            .applied = true
        };
        d.state.title = about_.title.empty() ? about_.source : about_.title;
        d.events = further_events();
        d.state.occurrences = std::max(*d.events, about_.count);
        d.state.last_seen_at = about_.at.value_or(now_);
        d.state.severity = wanted_severity(where_, about_, about_.count, settings_);
        take_all_facts(d.state);
        d.timeline.push_back(
            {.kind = entry_kind::opened, .to = std::string(to_string(d.state.severity)), .text = where_.notes}
        );
        return d;
    }

    /// The webhook that tells of the regression itself is to come, or was lost.
    decision regress_by_event(std::string what) const {
        auto d = regress(std::move(what));
        d.out_of_turn = d.change != change::none;
        return d;
    }

    /// Where the issue was closed before anything of it was known here, the event may be from before that: it
    /// opens, since a page too many is better than one too few, and Sentry is asked.
    decision open_by_event(std::string why) const {
        auto d = open(std::move(why));
        d.in_doubt = d.change == change::open && memory_.had_lifecycle;
        return d;
    }

    /// The known, open incident takes what the webhook says.
    decision attach(entry_kind kind, std::string text, std::string why) const {
        decision d{
            .outcome = outcome::updated, .rule = std::move(why), .change = change::update, .applied = true
        };
        d.state = known_->state;
        count(d);
        take_facts(d.state);
        // A count is told by the incident itself: a hot issue would make the timeline endless.
        if (kind != entry_kind::event_counted) d.timeline.push_back({.kind = kind, .text = std::move(text)});
        raise_severity(d);
        return d;
    }

    /// A resolved incident fires again.
    decision regress(std::string what) const {
        if (auto refused = refused_by_routing()) return *refused;
        if (now_ - *known_->state.resolved_at > settings_.reopen_window) {
            auto d = open(what + " after the reopen window of incident #" + std::to_string(known_->number));
            if (d.change == change::open)
                d.timeline.front().text = "follows incident #" + std::to_string(known_->number);
            return d;
        }
        if (where_.attach_only)
            return stored(outcome::ignored, where_.explained + " only attaches to incidents that are open");
        decision d{
            .outcome = outcome::reopened,
            .rule = what + " within the reopen window of incident #" + std::to_string(known_->number),
            .change = change::update,
            .applied = true
        };
        d.state = known_->state;
        d.state.status = status::open;
        d.state.acknowledged_at.reset();
        d.state.resolved_at.reset();
        d.state.resolution.reset();
        d.state.reopened_count += 1;
        count(d);
        take_facts(d.state);
        d.timeline.push_back({.kind = entry_kind::reopened, .from = "resolved", .to = "open", .text = what});
        raise_severity(d);
        return d;
    }

    /// Whoever cares for what is resolved is worth knowing, too.
    decision assign() const {
        auto d = is_open() ? attach(entry_kind::assigned, {}, "assigned in Sentry")
                           : note(entry_kind::assigned, {}, "assigned in Sentry");
        if (!is_open()) {
            d.change = change::update;
            d.state = known_->state;
            fill(d.state.assignee, about_.assignee);
        }
        d.timeline.front().to = about_.assignee;
        d.timeline.front().from = known_->state.assignee;
        return d;
    }

    decision resolve(resolution how, std::string text) const {
        decision d{
            .outcome = outcome::resolved, .rule = std::move(text), .change = change::update, .applied = true
        };
        d.state = known_->state;
        d.state.status = status::resolved;
        d.state.resolved_at = now_;
        d.state.resolution = how;
        count(d);
        take_facts(d.state);
        d.timeline.push_back(
            {.kind = how == resolution::archived ? entry_kind::archived : entry_kind::resolved,
             .from = std::string(to_string(known_->state.status)),
             .to = "resolved",
             .text = d.rule}
        );
        return d;
    }

    /// The event is older than the resolution, by Sentry's clock and ours.
    decision too_old() const {
        return {
            .outcome = outcome::stale,
            .rule = "the event is older than the resolution of incident #" + std::to_string(known_->number),
            .change = change::note,
            .timeline =
                {{.kind = entry_kind::event_counted,
                  .text = "an event from before the resolution arrived late"}},
            .applied = true
        };
    }

    /// The timeline of the known incident tells it, and nothing else changes.
    decision note(entry_kind kind, std::string text, std::string why) const {
        return {
            .outcome = outcome::updated,
            .rule = std::move(why),
            .change = change::note,
            .timeline = {{.kind = kind, .text = std::move(text)}},
            .applied = true
        };
    }

    /// Event times are compared with event times; where none is known, our clock has to do.
    bool is_newer_than_resolution() const {
        if (auto const last = memory_.last_at(); about_.at && last) return *about_.at > *last;
        return about_.at.value_or(now_) > *known_->state.resolved_at;
    }
    /// Sentry tries thrice, five minutes apart: so late may the other half of a change be.
    bool is_unsettled() const {
        return memory_.unsettled_at && now_ - *memory_.unsettled_at < std::chrono::minutes(15);
    }
    facts const& about() const { return about_; }
    std::optional<known_incident> const& known() const { return known_; }
    routing const& where() const { return where_; }

private:
    std::optional<decision> refused_by_routing() const {
        switch (where_.result) {
            case routing::kind::unmapped:
                return stored(outcome::unmapped, "the Sentry project is not mapped to a service");
            case routing::kind::unknown_service:
                return stored(outcome::unmapped, where_.explained);
            case routing::kind::inactive:
                return stored(outcome::inactive, where_.explained);
            case routing::kind::mapped:
                break;
        }
        if (auto why = filtered_by(where_, about_, environment()); !why.empty())
            return stored(outcome::filtered, std::move(why));
        return std::nullopt;
    }

    std::int64_t further_events() const noexcept {
        return about_.one_more || (about_.is_creation && !memory_.was_created) ? 1 : 0;
    }

    /// Of what came and what Sentry itself counted the larger stands, in whatever order they are told.
    void count(decision& d) const {
        d.events = memory_.events + further_events();
        d.state.occurrences = std::max({d.state.occurrences, *d.events, about_.count});
        d.state.last_seen_at = std::max(d.state.last_seen_at, about_.at.value_or(now_));
    }

    void take_all_facts(incident_state& into) const {
        into.culprit = about_.culprit;
        into.url = about_.url;
        into.short_id = about_.short_id;
        into.environment = about_.environment;
        into.release = about_.release;
        into.level = about_.level;
        into.assignee = about_.assignee;
    }

    /// Which of two moments' facts stand.
    enum class precedence { old, equal, newer };
    static precedence compare(std::optional<timestamp> one, std::optional<timestamp> to) noexcept {
        return !one || one > to ? precedence::newer : one < to ? precedence::old : precedence::equal;
    }

    /// Of a moment at the same time as one that was told before the issue's own word stands, and of two alike
    /// the greater text: whichever came first.
    precedence among_all() const noexcept {
        auto const is = compare(about_.at, memory_.last_at());
        if (is != precedence::equal) return is;
        bool const was_state = memory_.last_state_at == about_.at;
        if (was_state != about_.is_state) return about_.is_state ? precedence::newer : precedence::old;
        return is;
    }

    static void take(precedence is, std::string& to, std::string const& from) {
        if (is == precedence::newer || (is == precedence::equal && from > to)) to = from;
    }

    /// The newest moment's facts stand, in whatever order they arrive; of environment and release, which an
    /// issue does not name, the newest event's. Who is assigned carries no time: the last to arrive stands.
    void take_facts(incident_state& into) const {
        auto const is = among_all();
        if (!into.title_pinned && !about_.title.empty()) take(is, into.title, about_.title);
        take(is, into.culprit, about_.culprit);
        if (!about_.url.empty()) take(is, into.url, about_.url);
        if (!about_.level.empty()) take(is, into.level, about_.level);
        fill(into.short_id, about_.short_id);
        fill(into.assignee, about_.assignee);
        if (about_.is_state) {
            if (into.release.empty()) into.release = about_.release;
        } else if (!about_.of_all_environments) {
            auto const of_events = compare(about_.at, memory_.last_event_at);
            take(of_events, into.environment, about_.environment);
            take(of_events, into.release, about_.release);
        }
    }

    /// issue.* name no environment: the incident's own stands for it.
    std::string const& environment() const {
        return about_.environment.empty() && known_ ? known_->state.environment : about_.environment;
    }

    /// Automation raises, never lowers, and leaves alone what a person set.
    void raise_severity(decision& d) const {
        auto wanted = wanted_severity(where_, about_, d.state.occurrences, settings_);
        // An error is critical from so many events on, whichever of them came last.
        if (where_.severity == "auto" && d.state.severity == severity::error)
            wanted = std::max(wanted, automatic_severity("error", d.state.occurrences, settings_));
        if (d.state.severity_pinned || wanted <= d.state.severity) return;
        d.timeline.push_back(
            {.kind = entry_kind::severity_changed,
             .from = std::string(to_string(d.state.severity)),
             .to = std::string(to_string(wanted))}
        );
        d.state.severity = wanted;
    }

    routing const& where_;
    source_facts const& memory_;
    std::optional<known_incident> const& known_;
    rule_settings const& settings_;
    timestamp now_;
    facts about_;
};

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
    made.in_doubt = made.in_doubt || made.outcome == outcome::stale;
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
