#include "rules/decision_builder.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::incidents {

decision log_only(outcome result, std::string rule) {
    return {.outcome = result, .rule = std::move(rule)};
}

namespace {

int level_rank(std::string_view level) noexcept {
    // In rising order. As in Sentry, an unknown level counts as error.
    static constexpr std::array<std::string_view, 6> levels{
        "sample", "debug", "info", "warning", "error", "fatal"
    };
    auto const at = std::find(levels.begin(), levels.end(), level);
    return at == levels.end() ? 4 : static_cast<int>(at - levels.begin());
}

severity wanted_severity(
    routing const& route, source_report const& report, std::int64_t count, rule_settings const& settings
) noexcept {
    if (auto const fixed = parse_severity(route.severity)) return *fixed;
    return report.severity ? *report.severity : automatic_severity(report.fields.level, count, settings);
}

/// Why the filters of the mapping or action do not let this delivery open an incident; empty if they do.
std::string reason_to_filter(
    routing const& route, source_report const& report, std::string const& environment
) {
    if (route.min_level && level_rank(report.fields.level) < level_rank(*route.min_level))
        return "level " + (report.fields.level.empty() ? std::string("error") : report.fields.level) +
               " is below the minimum " + *route.min_level + " of " + route.description;
    if (route.environments.empty() || report.covers_all_environments) return {};
    if (environment.empty())
        return "the event has no environment, and " + route.description + " is limited to some";
    bool const listed =
        std::any_of(route.environments.begin(), route.environments.end(), [&](std::string const& one) {
            return iequals(one, environment);
        });
    return listed ? std::string()
                  : "environment " + environment + " is not among those of " + route.description;
}

}  // namespace

decision decision_builder::open(std::string why, std::string words) const {
    if (auto blocked = blocked_by_routing()) return *blocked;
    if (route_.attach_only)
        return log_only(
            outcome::ignored, route_.description + " only attaches to open incidents, and none is open"
        );
    decision d{
        .outcome = outcome::opened,
        .rule = std::move(why) + " (" + route_.description + ")",
        .change = change::open,
        .applied = true
    };
    d.state.service = route_.service;
    d.state.title = report_.fields.title.empty() ? report_.fallback_title : report_.fields.title;
    d.events = new_events();
    d.state.occurrences = std::max(*d.events, report_.count);
    d.state.last_seen_at = report_.at.value_or(now_);
    d.state.severity = wanted_severity(route_, report_, report_.count, settings_);
    d.state.is_test = report_.fields.is_test;
    merge_report(d.state, report_, precedence::newer, precedence::newer);
    set_link(d.state);
    if (!route_.notes.empty()) words += "\n" + route_.notes;
    d.timeline.push_back(
        {.kind = entry_kind::opened, .to = std::string(to_string(d.state.severity)), .text = std::move(words)}
    );
    return d;
}

decision decision_builder::regress_by_event(std::string event) const {
    auto d = regress(std::move(event));
    d.out_of_order = d.change != change::none;
    return d;
}

decision decision_builder::open_by_event(std::string why) const {
    auto d = open(why, why);
    d.in_doubt = d.change == change::open && history_.had_lifecycle;
    return d;
}

decision decision_builder::attach(entry_kind kind, std::string text, std::string why) const {
    decision d{
        .outcome = outcome::updated, .rule = std::move(why), .change = change::update, .applied = true
    };
    d.state = known_->state;
    count_events(d);
    merge(d.state);
    // The incident itself shows the count: a frequent issue would flood the timeline.
    if (kind != entry_kind::event_counted) d.timeline.push_back({.kind = kind, .text = std::move(text)});
    raise_severity(d);
    return d;
}

decision decision_builder::regress(std::string event) const {
    if (auto blocked = blocked_by_routing()) return *blocked;
    if (now_ - *known_->state.resolved_at > settings_.reopen_window) {
        auto const number = std::to_string(known_->number);
        return open(
            event + " after the reopen window of incident #" + number, event + "; follows incident #" + number
        );
    }
    if (route_.attach_only)
        return log_only(outcome::ignored, route_.description + " only attaches to open incidents");
    decision d{
        .outcome = outcome::reopened,
        .rule = event + " within the reopen window of incident #" + std::to_string(known_->number),
        .change = change::update,
        .applied = true
    };
    d.state = known_->state;
    d.state.status = status::open;
    d.state.acknowledged_at.reset();
    d.state.resolved_at.reset();
    d.state.resolution.reset();
    d.state.reopened_count += 1;
    count_events(d);
    merge(d.state);
    d.timeline.push_back({.kind = entry_kind::reopened, .from = "resolved", .to = "open", .text = event});
    raise_severity(d);
    return d;
}

decision decision_builder::assign() const {
    auto d = is_open() ? attach(entry_kind::assigned, {}, "assigned in Sentry")
                       : note(entry_kind::assigned, {}, "assigned in Sentry");
    if (!is_open()) {
        d.change = change::update;
        d.state = known_->state;
        d.state.sentry_assignee = report_.fields.sentry_assignee;
    }
    d.timeline.front().to = report_.fields.sentry_assignee;
    d.timeline.front().from = known_->state.sentry_assignee;
    if (d.state.assignee.empty() && !d.state.assignee_pinned && !context_.assigned_member.empty()) {
        d.state.assignee = context_.assigned_member;
        d.timeline.front().text = "now the assignee here: " + d.state.assignee;
    }
    return d;
}

decision decision_builder::resolve(resolution kind, std::string text) const {
    decision d{
        .outcome = outcome::resolved, .rule = std::move(text), .change = change::update, .applied = true
    };
    d.state = known_->state;
    d.state.status = status::resolved;
    d.state.resolved_at = now_;
    d.state.resolution = kind;
    d.state.resolved_release = report_.fields.resolved_release;
    // The end of a metric alert is not one more occurrence.
    if (report_.is_state) count_events(d);
    merge(d.state);
    d.timeline.push_back(
        {.kind = kind == resolution::archived ? entry_kind::archived : entry_kind::resolved,
         .from = std::string(to_string(known_->state.status)),
         .to = "resolved",
         .text = d.rule}
    );
    return d;
}

decision decision_builder::too_old(std::string const& what) const {
    return {
        .outcome = outcome::stale,
        .rule = what + " is older than the resolution of incident #" + std::to_string(known_->number),
        .change = change::note,
        .timeline =
            {{.kind = entry_kind::event_counted,
              .text = what + " is older than the resolution and arrived late"}},
        .applied = true
    };
}

decision decision_builder::note(entry_kind kind, std::string text, std::string why) const {
    return {
        .outcome = outcome::updated,
        .rule = std::move(why),
        .change = change::note,
        .timeline = {{.kind = kind, .text = std::move(text)}},
        .applied = true
    };
}

bool decision_builder::is_newer_than_resolution() const {
    if (known_->state.resolution == resolution::person)
        return report_.at.value_or(now_) > *known_->state.resolved_at;
    if (auto const last = history_.last_at(); report_.at && last) return *report_.at > *last;
    return report_.at.value_or(now_) > *known_->state.resolved_at;
}

bool decision_builder::is_resolved_only_here() const {
    return context_.from_reconciler && is_resolved() && known_->state.resolution == resolution::person &&
           report_.at <= known_->state.resolved_at;
}

bool decision_builder::was_resolved_by_person_since(std::optional<timestamp> at) const {
    return at && is_resolved() && known_->state.resolution == resolution::person &&
           at <= known_->state.resolved_at;
}

bool decision_builder::is_unsettled() const {
    return history_.unsettled_at && now_ - *history_.unsettled_at < std::chrono::minutes(15);
}

std::optional<decision> decision_builder::blocked_by_routing() const {
    switch (route_.result) {
        case routing::kind::unmapped:
            return log_only(outcome::unmapped, "the Sentry project is not mapped to a service");
        case routing::kind::unknown_service:
            return log_only(outcome::unmapped, route_.description);
        case routing::kind::inactive:
            return log_only(outcome::inactive, route_.description);
        case routing::kind::mapped:
            break;
    }
    if (needs_environment()) {
        auto d = log_only(
            outcome::filtered,
            "its environment is being read from Sentry, since " + route_.description + " is limited to some"
        );
        d.needs_environment = true;
        return d;
    }
    if (auto why = reason_to_filter(route_, report_, environment()); !why.empty())
        return log_only(outcome::filtered, std::move(why));
    return std::nullopt;
}

bool decision_builder::needs_environment() const {
    if (route_.environments.empty() || report_.covers_all_environments || report_.names_environment)
        return false;
    auto without_environments = route_;
    without_environments.environments.clear();
    return environment().empty() && reason_to_filter(without_environments, report_, {}).empty();
}

std::int64_t decision_builder::new_events() const noexcept {
    if (report_.is_creation)
        return history_.was_created || history_.has_first_event_of(report_.first_seen) ? 0 : 1;
    if (!report_.is_event || context_.event_reported) return 0;
    // Until its event is reported, issue.created stands for it.
    bool const was_counted = history_.was_created && !history_.has_first_event_of(history_.first_seen_at) &&
                             is_first_event(report_.at, history_.first_seen_at);
    return was_counted ? 0 : 1;
}

void decision_builder::count_events(decision& d) const {
    d.events = history_.events + new_events();
    d.state.occurrences = std::max({d.state.occurrences, *d.events, report_.count});
    d.state.last_seen_at = std::max(d.state.last_seen_at, report_.at.value_or(now_));
}

precedence decision_builder::compare(std::optional<timestamp> one, std::optional<timestamp> other) noexcept {
    return !one || one > other ? precedence::newer : one < other ? precedence::older : precedence::equal;
}

precedence decision_builder::report_precedence() const noexcept {
    auto const order = compare(report_.at, history_.last_at());
    if (order != precedence::equal) return order;
    bool const was_state = history_.last_state_at == report_.at;
    if (was_state != report_.is_state) return report_.is_state ? precedence::newer : precedence::older;
    return order;
}

void decision_builder::set_link(incident_state& state) const {
    if (state.url.empty() && !report_.issue_id.empty() && !context_.issue_pages.empty())
        state.url = context_.issue_pages + report_.issue_id + "/";
}

void decision_builder::merge(incident_state& state) const {
    merge_report(state, report_, report_precedence(), compare(report_.at, history_.last_event_at));
    set_link(state);
}

std::string const& decision_builder::environment() const {
    return report_.fields.environment.empty() && known_ ? known_->state.environment
                                                        : report_.fields.environment;
}

void decision_builder::raise_severity(decision& d) const {
    auto wanted = wanted_severity(route_, report_, d.state.occurrences, settings_);
    // Enough events make an error critical, even if the last one had a lower level.
    if (route_.severity == "auto" && d.state.severity == severity::error)
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
