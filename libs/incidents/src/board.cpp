#include "board_rows.hpp"
#include "incident_row.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/incidents/board.hpp>

namespace tocsin::incidents {

namespace {

#define TOCSIN_INCIDENT_COLUMNS                                                                          \
    "select i.number, i.service_id, s.slug as service_slug, s.name as service_name, i.integration_id, "  \
    "i.source_kind, i.source_id, "                                                                       \
    "       i.project_id, i.project_slug, i.opened_at, i.previous_number, "                              \
    "i.version, " TOCSIN_INCIDENT_STATE_COLUMNS                                                          \
    "  from tocsin.incidents i "                                                                         \
    "  join tocsin.services s on s.organization_id = i.organization_id and s.service_id = i.service_id " \
    " where i.organization_id = $1 "

constexpr db::statement list_some{
    "list_incidents",
    TOCSIN_INCIDENT_COLUMNS
    "  and ($2::bigint is null or i.number < $2)"
    "  and ($3::text[] = '{}' or i.status = any ($3::text[]))"
    "  and ($4::text[] = '{}' or i.severity = any ($4::text[]))"
    "  and ($5::text[] = '{}' or i.service_id in (select f.service_id from tocsin.services f where "
    "f.organization_id = $1 and f.slug = any ($5::text[])))"
    "  and ($6::uuid is null or i.integration_id = $6)"
    "  and ($7::text is null or lower(i.assignee) = lower($7))"
    "  and ($8::timestamptz is null or i.opened_at >= $8)"
    "  and ($9::timestamptz is null or i.opened_at < $9)"
    "  and (not $10::boolean or i.assignee is null)"
    "  and ($11::bigint[] is null or i.number = any ($11))"
    " order by i.number desc limit $12",
    db::statement::planned::by_values
};

constexpr db::statement search{
    "search_incidents",
    "select * from tocsin.search_incidents($1, $2, $3, $4::text[], $5::text[], $6::text[], $7, $8, $9, $10, "
    "$11) as number"
};

constexpr db::statement find_one{"find_incident", TOCSIN_INCIDENT_COLUMNS "and i.number = $2"};
constexpr db::statement lock_one{
    "lock_incident", TOCSIN_INCIDENT_COLUMNS "and i.number = $2 for update of i"
};

#undef TOCSIN_INCIDENT_COLUMNS

// The release of this very incident is that of its newest event by now, so it is told of another one only.
constexpr db::statement find_past_resolution{
    "find_past_resolution",
    R"(select t.incident_number, t.at, t.actor_name, coalesce(t.text, '') as text,
              case when t.incident_number <> $2 then coalesce(i.release, '') else '' end as release
         from tocsin.timeline t
         join tocsin.incidents i on i.organization_id = t.organization_id and i.number = t.incident_number
        where t.organization_id = $1 and t.incident_number in ($2, coalesce($3::bigint, $2)) and t.kind in ('resolved', 'archived')
        order by t.entry desc limit 1)"
};

constexpr db::statement other_open{
    "other_open_incident_of_source",
    R"(select o.number from tocsin.incidents i
         join tocsin.incidents o on o.organization_id = i.organization_id and o.integration_id = i.integration_id
                                and o.source_kind = i.source_kind and o.source_id = i.source_id and o.status <> 'resolved'
        where i.organization_id = $1 and i.number = $2 and o.number <> i.number)"
};

constexpr db::statement list_timeline{
    "list_timeline",
    R"(select entry, at, kind, actor_type, actor_name, from_value, to_value, text, delivery_id
         from tocsin.timeline where organization_id = $1 and incident_number = $2 and entry > $3
        order by entry limit $4)"
};

constexpr db::statement last_entry{
    "last_timeline_entry",
    R"(select entry, at, kind, actor_type, actor_name, from_value, to_value, text, delivery_id
         from tocsin.timeline where organization_id = $1 and incident_number = $2
        order by entry desc limit 1)"
};

/// `#42` asks for that incident.
std::optional<std::int64_t> number_in(std::string_view query) {
    if (!query.starts_with('#')) return std::nullopt;
    return whole_number(query.substr(1));
}

/// Every word, or the beginning of one: what has been typed so far finds, too. Parted as
/// tocsin.search_words parts them; quoted, since PostgreSQL knows spaces of other scripts, which part them
/// further.
std::string words_in(std::string_view query) {
    std::string wanted;
    bool in_word = false;
    for (char const c : query) {
        bool const is_part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             static_cast<unsigned char>(c) >= 0x80;
        if (!is_part && in_word) wanted += "':*";
        if (is_part && !in_word) wanted += wanted.empty() ? "'" : " & '";
        if (is_part) wanted += c;
        in_word = is_part;
    }
    if (in_word) wanted += "':*";
    return wanted;
}

error no_such(std::int64_t number) {
    return {errc::not_found, "There is no incident #" + std::to_string(number) + "."};
}

incident read(db::row const& row) {
    incident found;
    found.number = row.get<std::int64_t>("number");
    found.state = read_state(row);
    found.service = row.get<service_id>("service_id");
    found.service_slug = row.text("service_slug");
    found.service_name = row.text("service_name");
    found.integration = row.get<std::optional<integration_id>>("integration_id");
    found.source_kind = row.text("source_kind");
    found.source_id = row.get<std::optional<std::string>>("source_id");
    found.project_id = row.get<std::optional<std::string>>("project_id");
    found.project_slug = row.get<std::optional<std::string>>("project_slug");
    found.opened_at = row.get<timestamp>("opened_at");
    found.previous_number = row.get<std::optional<std::int64_t>>("previous_number");
    found.version = row.get<std::int64_t>("version");
    return found;
}

timeline_entry read_entry(db::row const& row) {
    return {
        row.get<std::int64_t>("entry"),
        row.get<timestamp>("at"),
        row.text("kind"),
        row.text("actor_type"),
        row.text("actor_name"),
        row.get<std::optional<std::string>>("from_value"),
        row.get<std::optional<std::string>>("to_value"),
        row.get<std::optional<std::string>>("text"),
        row.get<std::optional<delivery_id>>("delivery_id")
    };
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

}  // namespace

timestamp database_now(db::transaction& tx) {
    constexpr db::statement now{"board_now", "select tocsin.now() as now"};
    return tx.run(now)[0].get<timestamp>("now");
}

result<incident> find_incident(db::transaction& tx, reading why, organization_id org, std::int64_t number) {
    auto const row = tx.run(why == reading::to_change ? lock_one : find_one, org, number).first();
    if (!row) return no_such(number);
    return read(*row);
}

namespace {

/// One person's action inside its transaction. `changed` tells the caller whether to count it.
result<incident> apply_action(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    person_action action,
    actor const& by,
    std::optional<std::string> const& note,
    bool& changed
) {
    auto before = find_incident(tx, reading::to_change, org, number);
    if (!before) return before.error();
    auto const after = apply(action, before->state, database_now(tx));
    if (!after) return after.error();
    if (!*after) {
        if (note)
            append_timeline(tx, org, number, {.kind = entry_kind::noted, .text = *note}, by, std::nullopt);
        return before;
    }
    // Ingest may open one at the same moment: the index refuses then, and `act` says the same.
    if (action == person_action::reopen)
        if (auto const other = tx.run(other_open, org, number).first())
            return error{
                errc::illegal_transition,
                "The same Sentry issue has an open incident already: #" +
                    std::to_string(other->get<std::int64_t>("number")) + "."
            };
    write_state(tx, org, number, **after);
    append_timeline(
        tx,
        org,
        number,
        {.kind = entry_of(action),
         .from = std::string(to_string(before->state.status)),
         .to = std::string(to_string((**after).status)),
         .text = note.value_or("")},
        by,
        std::nullopt
    );
    changed = true;
    return find_incident(tx, reading::to_show, org, number);
}

}  // namespace

namespace {

/// The numbers that a query names, or whose words it has; nothing where it asks for none.
std::optional<std::vector<std::int64_t>> numbers_of(db::transaction& tx, incident_filter const& filter) {
    if (!filter.query || trim(*filter.query).empty()) return std::nullopt;
    if (auto const number = number_in(*filter.query)) return std::vector{*number};
    std::vector<std::int64_t> numbers;
    auto const words = words_in(*filter.query);
    if (words.empty()) return numbers;
    for (auto const row : tx.run(
             search,
             words,
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

}  // namespace

async::task<std::vector<incident>> board::list(organization_id org, incident_filter filter) {
    return pool_.transact(org, [org, filter](db::transaction& tx) {
        auto const numbers = numbers_of(tx, filter);
        std::vector<incident> found;
        if (numbers && numbers->empty()) return found;
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
            found.push_back(read(row));
        return found;
    });
}

async::task<result<incident>> board::find(organization_id org, std::int64_t number) {
    return pool_.transact(org, [=](db::transaction& tx) {
        auto found = find_incident(tx, reading::to_show, org, number);
        if (!found || found->state.status == status::resolved) return found;
        if (auto const past = tx.run(find_past_resolution, org, number, found->previous_number).first())
            found->last_resolution = past_resolution{
                past->get<std::int64_t>("incident_number"),
                past->get<timestamp>("at"),
                past->text("actor_name"),
                past->text("text"),
                past->text("release")
            };
        return found;
    });
}

async::task<result<std::vector<timeline_entry>>> board::timeline(
    organization_id org, std::int64_t number, std::int64_t after, std::int64_t limit
) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<std::vector<timeline_entry>> {
        if (auto const found = find_incident(tx, reading::to_show, org, number); !found) return found.error();
        std::vector<timeline_entry> entries;
        for (auto const row : tx.run(list_timeline, org, number, after, limit))
            entries.push_back(read_entry(row));
        return entries;
    });
}

async::task<result<incident>> board::act(
    organization_id org, std::int64_t number, person_action action, actor by, std::optional<std::string> note
) {
    std::optional<std::pair<result<incident>, bool>> done;
    try {
        done = co_await pool_.transact(org, [=](db::transaction& tx) {
            bool changed = false;
            auto after = apply_action(tx, org, number, action, by, note, changed);
            return std::pair(std::move(after), changed);
        });
    } catch (db::constraint_violation const&) {
        done.reset();
    }
    if (!done)
        co_return error{errc::illegal_transition, "The same Sentry issue has just opened another incident."};
    if (done->second)
        metrics_.count(
            "tocsin_incident_transitions_total",
            {{"to", to_string(done->first->state.status)}, {"by", "person"}}
        );
    co_return std::move(done->first);
}

async::task<result<timeline_entry>> board::add_note(
    organization_id org, std::int64_t number, actor by, std::string text
) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<timeline_entry> {
        if (auto const found = find_incident(tx, reading::to_change, org, number); !found)
            return found.error();
        append_timeline(tx, org, number, {.kind = entry_kind::noted, .text = text}, by, std::nullopt);
        return read_entry(tx.run(last_entry, org, number)[0]);
    });
}

}  // namespace tocsin::incidents
