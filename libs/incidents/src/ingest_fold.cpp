#include "ingest_fold.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::incidents {

namespace {

template <class... Visitors>
struct overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace

std::optional<source> source_of(sentry::webhook const& hook) {
    if (!hook.unreadable.empty() || !hook.disagreement.empty()) return std::nullopt;
    auto const issue = [](std::string id) {
        return std::optional(source{source_kind::issue, std::move(id)});
    };
    return std::visit(
        overloaded{
            [&](sentry::issue const& of) { return issue(of.id); },
            [&](sentry::event const& of) { return issue(of.issue_id); },
            [&](sentry::metric_alert const& of) {
                return std::optional(source{source_kind::metric_alert, of.id});
            },
            [&](sentry::comment const& of) { return issue(of.issue_id); },
            [&](sentry::activity_alert const& of) { return issue(of.issue.id); },
            [](sentry::installation_change const&) { return std::optional<source>(); },
            [](sentry::unhandled const&) { return std::optional<source>(); },
        },
        hook.what
    );
}

std::optional<crypto::sha256_digest> event_of(sentry::webhook const& hook) {
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        return crypto::sha256(
            alert->event_id + '\n' +
            (alert->rule_id.empty() ? "label " + alert->rule : "id " + alert->rule_id)
        );
    if (auto const* error = std::get_if<sentry::event>(&hook.what))
        return crypto::sha256(error->event_id + "\nerror");
    return std::nullopt;
}

sentry::project_ref project_of(sentry::webhook const& hook) {
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what)) return issue->project;
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what)) return alert->project;
    if (auto const* error = std::get_if<sentry::event>(&hook.what)) return error->project;
    if (auto const* activity = std::get_if<sentry::activity_alert>(&hook.what))
        return activity->issue.project;
    if (auto const* comment = std::get_if<sentry::comment>(&hook.what))
        return {{}, comment->project_slug, {}};
    if (auto const* metric = std::get_if<sentry::metric_alert>(&hook.what);
        metric && !metric->projects.empty())
        return {{}, metric->projects.front(), {}};
    return {};
}

tracked_incident* source_story::current() noexcept {
    if (incidents.empty()) return nullptr;
    auto const open = std::find_if(incidents.begin(), incidents.end(), [](tracked_incident const& one) {
        return one.is.state.status != status::resolved;
    });
    return open == incidents.end() ? &incidents.back() : &*open;
}

std::optional<std::int64_t> source_story::newest() const noexcept {
    return incidents.empty() ? std::nullopt : std::optional(incidents.back().is.number);
}

bool source_story::has_opened() const noexcept {
    // New ones come last.
    return !incidents.empty() && incidents.back().write == tracked_incident::due::insert;
}

namespace {

void remember(source_story& story, told_delivery const& delivery, decision const& made, timestamp now) {
    if (!made.applied) return;
    story.last_body = delivery.body;
    story.last_delivery = delivery.id;
    story.facts = remembered(story.facts, delivery.hook, made, now);
    story.is_changed = true;
}

tracked_incident::due needed(incident_state const& before, incident_state const& after) {
    auto repeated = before;
    repeated.occurrences = after.occurrences;
    repeated.last_seen_at = after.last_seen_at;
    return repeated == after ? tracked_incident::due::repeat : tracked_incident::due::update;
}

}  // namespace

told tell(
    source_story& story,
    told_delivery const& delivery,
    std::size_t place,
    routing const& where,
    rule_settings const& settings,
    timestamp now,
    std::function<std::int64_t()> const& next_number
) {
    auto* const met = story.current();
    auto const known = met ? std::optional(met->is) : std::nullopt;
    source_memory const memory{
        .same_body = story.last_body == delivery.body,
        .event_applied = delivery.event_applied_by.has_value(),
        .is_read_back = delivery.is_read_back,
        .facts = story.facts
    };
    told done{
        .made = decide(delivery.hook, where, memory, known, settings, now),
        .incident = known ? std::optional(known->number) : std::nullopt,
        .duplicate_of = std::nullopt
    };
    auto const& made = done.made;
    if (made.outcome == outcome::duplicate)
        done.duplicate_of = delivery.event_applied_by ? delivery.event_applied_by : story.last_delivery;
    if (made.change == change::open) {
        done.incident = next_number();
        story.incidents.push_back(
            {.is = {*done.incident, made.state},
             .write = tracked_incident::due::insert,
             .opened_by = place,
             .follows = known ? std::optional(known->number) : std::nullopt}
        );
    }
    if (made.change == change::update) {
        met->write = std::max(met->write, needed(met->is.state, made.state));
        met->is.state = made.state;
    }
    remember(story, delivery, made, now);
    return done;
}

}  // namespace tocsin::incidents
