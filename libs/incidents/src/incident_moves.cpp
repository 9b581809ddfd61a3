#include "incident_moves.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::incidents {

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

decision stored(outcome o, std::string rule) {
    return {.outcome = o, .rule = std::move(rule)};
}

namespace {

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

}  // namespace

decision story::open(std::string why) const {
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

decision story::regress_by_event(std::string what) const {
    auto d = regress(std::move(what));
    d.out_of_turn = d.change != change::none;
    return d;
}

decision story::open_by_event(std::string why) const {
    auto d = open(std::move(why));
    d.in_doubt = d.change == change::open && memory_.had_lifecycle;
    return d;
}

decision story::attach(entry_kind kind, std::string text, std::string why) const {
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

decision story::regress(std::string what) const {
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

decision story::assign() const {
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

decision story::resolve(resolution how, std::string text) const {
    decision d{
        .outcome = outcome::resolved, .rule = std::move(text), .change = change::update, .applied = true
    };
    d.state = known_->state;
    d.state.status = status::resolved;
    d.state.resolved_at = now_;
    d.state.resolution = how;
    // A metric alert that comes down was not seen once more.
    if (about_.is_state) count(d);
    take_facts(d.state);
    d.timeline.push_back(
        {.kind = how == resolution::archived ? entry_kind::archived : entry_kind::resolved,
         .from = std::string(to_string(known_->state.status)),
         .to = "resolved",
         .text = d.rule}
    );
    return d;
}

decision story::too_old() const {
    return {
        .outcome = outcome::stale,
        .rule = "the event is older than the resolution of incident #" + std::to_string(known_->number),
        .change = change::note,
        .timeline =
            {{.kind = entry_kind::event_counted, .text = "an event from before the resolution arrived late"}},
        .applied = true
    };
}

decision story::note(entry_kind kind, std::string text, std::string why) const {
    return {
        .outcome = outcome::updated,
        .rule = std::move(why),
        .change = change::note,
        .timeline = {{.kind = kind, .text = std::move(text)}},
        .applied = true
    };
}

bool story::is_newer_than_resolution() const {
    if (auto const last = memory_.last_at(); about_.at && last) return *about_.at > *last;
    return about_.at.value_or(now_) > *known_->state.resolved_at;
}

bool story::was_left_behind() const {
    return is_read_back_ && is_resolved() && known_->state.resolution == resolution::person &&
           about_.at <= known_->state.resolved_at;
}

bool story::is_unsettled() const {
    return memory_.unsettled_at && now_ - *memory_.unsettled_at < std::chrono::minutes(15);
}

std::optional<decision> story::refused_by_routing() const {
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

std::int64_t story::further_events() const noexcept {
    return about_.one_more || (about_.is_creation && !memory_.was_created) ? 1 : 0;
}

void story::count(decision& d) const {
    d.events = memory_.events + further_events();
    d.state.occurrences = std::max({d.state.occurrences, *d.events, about_.count});
    d.state.last_seen_at = std::max(d.state.last_seen_at, about_.at.value_or(now_));
}

void story::take_all_facts(incident_state& into) const {
    into.culprit = about_.culprit;
    into.url = about_.url;
    into.short_id = about_.short_id;
    into.environment = about_.environment;
    into.release = about_.release;
    into.level = about_.level;
    into.assignee = about_.assignee;
}

story::precedence story::compare(std::optional<timestamp> one, std::optional<timestamp> to) noexcept {
    return !one || one > to ? precedence::newer : one < to ? precedence::old : precedence::equal;
}

story::precedence story::among_all() const noexcept {
    auto const is = compare(about_.at, memory_.last_at());
    if (is != precedence::equal) return is;
    bool const was_state = memory_.last_state_at == about_.at;
    if (was_state != about_.is_state) return about_.is_state ? precedence::newer : precedence::old;
    return is;
}

void story::take(precedence is, std::string& to, std::string const& from) {
    if (is == precedence::newer || (is == precedence::equal && from > to)) to = from;
}

void story::take_facts(incident_state& into) const {
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

std::string const& story::environment() const {
    return about_.environment.empty() && known_ ? known_->state.environment : about_.environment;
}

void story::raise_severity(decision& d) const {
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

}  // namespace tocsin::incidents
