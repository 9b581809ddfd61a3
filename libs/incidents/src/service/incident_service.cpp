#include "service/change_incident.hpp"
#include "service/incident_reader.hpp"
#include "service/search_terms.hpp"
#include "store/alarm_rows.hpp"
#include "store/timeline_rows.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/incidents/incident_service.hpp>

namespace tocsin::incidents {

namespace {

constexpr auto list_text = select_incidents + R"(
          and ($2::bigint is null or i.number < $2)
          and ($3::text[] = '{}' or i.status = any ($3::text[]))
          and ($4::text[] = '{}' or i.severity = any ($4::text[]))
          and ($5::text[] = '{}' or i.service_id in (select f.service_id from tocsin.services f
                                                      where f.organization_id = $1 and f.slug = any ($5::text[])))
          and ($6::uuid is null or i.integration_id = $6)
          and ($7::text is null or lower(i.assignee) = lower($7))
          and ($8::timestamptz is null or i.opened_at >= $8)
          and ($9::timestamptz is null or i.opened_at < $9)
          and (not $10::boolean or i.assignee is null)
          and ($11::bigint[] is null or i.number = any ($11))
        order by i.number desc limit $12)";
constexpr db::statement list_some{"list_incidents", list_text.c_str(), db::statement::planned::by_values};

constexpr db::statement search{
    "search_incidents",
    R"(select * from tocsin.search_incidents(tocsin.search_query($1), $2, $3, $4, $5::text[], $6::text[], $7::text[], $8, $9, $10, $11, $12)
           as number)"
};

// The release in which it was resolved, else the last one in which it occurred. That changes with its newest
// event, so it is only shown of the previous incident.
constexpr db::statement find_past_resolution{
    "find_past_resolution",
    R"(select t.incident_number, t.at, t.actor_name, coalesce(t.text, '') as text,
              coalesce(i.resolved_release, case when t.incident_number <> $2 then i.release end, '') as release
         from tocsin.timeline t
         join tocsin.incidents i on i.organization_id = t.organization_id and i.number = t.incident_number
        where t.organization_id = $1 and t.incident_number in ($2, coalesce($3::bigint, $2)) and t.kind in ('resolved', 'archived')
        order by t.entry desc limit 1)"
};

constexpr db::statement find_unresolved{
    "find_unresolved_incident_of_source",
    R"(select o.number from tocsin.incidents i
         join tocsin.incidents o on o.organization_id = i.organization_id and o.integration_id = i.integration_id
                                and o.source_kind = i.source_kind and o.source_id = i.source_id and o.status <> 'resolved'
        where i.organization_id = $1 and i.number = $2 and o.number <> i.number)"
};

// Nothing if the organization does not want it.
constexpr db::statement find_new_owner{
    "find_owner_on_acknowledge",
    R"(select u.email from tocsin.members m
         join tocsin.users u on u.user_id = m.user_id
         join tocsin.organizations o on o.organization_id = m.organization_id and o.assign_on_acknowledge
        where m.organization_id = $1 and m.user_id = $2::uuid)"
};

constexpr auto entry_columns = db::columns<
    timeline_entry>(db::column("entry", &timeline_entry::id), db::column("at", &timeline_entry::at), timeline_columns<timeline_entry>);
constexpr auto select_entries = "select " + names(entry_columns) +
                                " from tocsin.timeline where organization_id = $1 and incident_number = $2";
constexpr auto list_entries_text = select_entries + " and entry > $3 order by entry limit $4";
constexpr db::statement list_entries{"list_timeline", list_entries_text.c_str()};
constexpr auto last_entry_text = select_entries + " order by entry desc limit 1";
constexpr db::statement last_entry{"last_timeline_entry", last_entry_text.c_str()};

/// The numbers of the incidents that the query finds; nothing if there is no query.
std::optional<std::vector<std::int64_t>> search_numbers(db::transaction& tx, incident_filter const& filter) {
    if (!filter.query || trim(*filter.query).empty()) return std::nullopt;
    auto const terms = parse_search(*filter.query);
    if (terms.number) return std::vector{*terms.number};
    std::vector<std::int64_t> numbers;
    for (auto const row : tx.run(
             search,
             terms.words,
             terms.source,
             filter.before,
             filter.limit,
             filter.statuses,
             filter.severities,
             filter.services,
             filter.integration,
             filter.assignee,
             filter.unassigned,
             filter.since,
             filter.until
         ))
        numbers.push_back(row.get<std::int64_t>("number"));
    return numbers;
}

entry_kind entry_of(person_action action) noexcept {
    switch (action) {
        case person_action::acknowledge:
            return entry_kind::acknowledged;
        case person_action::unacknowledge:
            return entry_kind::unacknowledged;
        case person_action::resolve:
            return entry_kind::resolved;
        case person_action::reopen:
            break;
    }
    return entry_kind::reopened;
}

error other_incident_is_open(std::int64_t number) {
    return {
        errc::illegal_transition,
        "The same Sentry issue already has an open incident: #" + std::to_string(number) + "."
    };
}

/// An incident without an assignee becomes that of the person who acknowledges it.
void take_ownership(db::transaction& tx, organization_id org, actor const& who, incident_state& state) {
    if (!state.assignee.empty() || !who.user) return;
    if (auto const owner = tx.run(find_new_owner, org, *who.user).first()) {
        state.assignee = owner->text("email");
        state.assignee_pinned = true;
    }
}

result<person_change> decide_action(
    db::transaction& tx,
    organization_id org,
    incident const& before,
    person_action action,
    actor const& who,
    std::string const& note
) {
    auto after = apply_action(action, before.state, database_now(tx));
    if (!after) return after.error();
    if (action == person_action::acknowledge && *after) take_ownership(tx, org, who, **after);
    if (!*after) {
        person_change unchanged{.state = before.state};
        if (!note.empty()) unchanged.entries.push_back({.kind = entry_kind::noted, .text = note});
        return unchanged;
    }
    // Ingest may open one at the same moment: then the unique index refuses the change.
    if (action == person_action::reopen)
        if (auto const other = tx.run(find_unresolved, org, before.number).first())
            return other_incident_is_open(other->get<std::int64_t>("number"));
    timeline_item entry{
        .kind = entry_of(action),
        .from = std::string(to_string(before.state.status)),
        .to = std::string(to_string((**after).status)),
        .text = note
    };
    return person_change{std::move(**after), {std::move(entry)}};
}

void end_alarm(db::transaction& tx, organization_id org, std::int64_t number) {
    alarm_rows alarms;
    alarms.end(org, number, alarm_end::acknowledged);
    alarms.write(tx);
}

}  // namespace

async::task<std::vector<incident>> incident_service::list(organization_id org, incident_filter filter) {
    return pool_.transact(org, [org, filter](db::transaction& tx) {
        auto const numbers = search_numbers(tx, filter);
        std::vector<incident> all;
        if (numbers && numbers->empty()) return all;
        for (auto const row : tx.run(
                 list_some,
                 org,
                 filter.before,
                 filter.statuses,
                 filter.severities,
                 filter.services,
                 filter.integration,
                 filter.assignee,
                 filter.since,
                 filter.until,
                 filter.unassigned,
                 numbers,
                 filter.limit
             ))
            all.push_back(read_incident(row));
        return all;
    });
}

async::task<result<incident>> incident_service::find(organization_id org, std::int64_t number) {
    return pool_.transact(org, [=](db::transaction& tx) {
        auto one = find_incident(tx, org, number);
        if (!one || one->state.status == status::resolved) return one;
        if (auto const past = tx.run(find_past_resolution, org, number, one->previous_number).first())
            one->last_resolution = past_resolution{
                past->get<std::int64_t>("incident_number"),
                past->get<timestamp>("at"),
                past->text("actor_name"),
                past->text("text"),
                past->text("release")
            };
        return one;
    });
}

async::task<result<std::vector<timeline_entry>>> incident_service::timeline(
    organization_id org, std::int64_t number, std::int64_t after, std::int64_t limit
) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<std::vector<timeline_entry>> {
        if (auto const one = find_incident(tx, org, number); !one) return one.error();
        std::vector<timeline_entry> entries;
        for (auto const row : tx.run(list_entries, org, number, after, limit))
            entries.push_back(db::read(row, entry_columns));
        return entries;
    });
}

async::task<result<incident>> incident_service::act(
    organization_id org, std::int64_t number, person_action action, actor who, std::optional<std::string> note
) {
    struct acted {
        incident after;
        bool is_changed = false;
    };
    auto const work = [=](db::transaction& tx) -> result<acted> {
        bool is_changed = false;
        auto after = change_incident(tx, org, number, who, [&](incident const& before) {
            auto change = decide_action(tx, org, before, action, who, note.value_or(""));
            is_changed = change && change->state != before.state;
            return change;
        });
        if (!after) return after.error();
        // The alarm of an acknowledged incident may have begun again.
        if (!is_changed && action == person_action::acknowledge) end_alarm(tx, org, number);
        return acted{std::move(*after), is_changed};
    };
    auto done = co_await pool_.transact_result(org, work, [](db::constraint_violation const&) {
        return error{errc::illegal_transition, "The same Sentry issue has just opened another incident."};
    });
    if (!done) co_return done.error();
    if (done->is_changed)
        metrics_.count(
            "tocsin_incident_transitions_total",
            {{"to", to_string(done->after.state.status)}, {"by", "person"}}
        );
    co_return std::move(done->after);
}

async::task<result<timeline_entry>> incident_service::add_note(
    organization_id org, std::int64_t number, actor who, std::string text
) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<timeline_entry> {
        auto const after = change_incident(tx, org, number, who, [&](incident const& before) {
            return person_change{before.state, {{.kind = entry_kind::noted, .text = text}}};
        });
        if (!after) return after.error();
        return db::read(tx.run(last_entry, org, number)[0], entry_columns);
    });
}

}  // namespace tocsin::incidents
