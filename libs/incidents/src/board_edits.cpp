#include "board_rows.hpp"
#include "incident_row.hpp"

#include <tocsin/incidents/board.hpp>

/// What a person sets on an incident beside its status, and incidents that a person opens.
namespace tocsin::incidents {

namespace {

// As the member's own address is written.
constexpr db::statement find_member{
    "find_member_by_email",
    R"(select u.email from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1 and lower(u.email) = lower($2))"
};

constexpr db::statement find_service{
    "find_service_for_incident",
    "select slug from tocsin.services where organization_id = $1 and service_id = $2 and archived_at is null"
};

constexpr db::statement set_service{
    "set_incident_service",
    R"(update tocsin.incidents set service_id = $3, version = version + 1
        where organization_id = $1 and number = $2)"
};

constexpr db::statement take_number{
    "take_incident_number",
    R"(insert into tocsin.incident_counters as c (organization_id, last_number) values ($1, 1)
       on conflict (organization_id) do update set last_number = c.last_number + 1
       returning last_number)"
};

constexpr db::statement insert_manual{
    "insert_manual_incident",
    R"(insert into tocsin.incidents (organization_id, number, service_id, source_kind, title, status, severity, severity_pinned,
                                     opened_at, last_seen_at)
       values ($1, $2, $3, 'manual', $4, 'open', $5, true, tocsin.now(), tocsin.now()))"
};

error no_such_service() {
    return {
        errc::invalid, "There is no such service.", {{"service_id", "is no service of this organization"}}
    };
}

result<incident> apply_assignment(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    std::optional<std::string> const& wanted,
    actor const& by,
    std::optional<std::string> const& note
) {
    auto before = find_incident(tx, reading::to_change, org, number);
    if (!before) return before.error();
    std::string assignee;
    if (wanted) {
        auto const member = tx.run(find_member, org, *wanted).first();
        if (!member)
            return error{
                errc::invalid,
                "Nobody of this organization has that address.",
                {{"assignee", "must be the e-mail address of a member, or null"}}
            };
        assignee = member->text("email");
    }
    auto after = before->state;
    if (after.assignee == assignee) {
        if (note)
            append_timeline(tx, org, number, {.kind = entry_kind::noted, .text = *note}, by, std::nullopt);
        return before;
    }
    after.assignee = assignee;
    write_state(tx, org, number, after);
    append_timeline(
        tx,
        org,
        number,
        {.kind = entry_kind::assigned,
         .from = before->state.assignee,
         .to = assignee,
         .text = note.value_or("")},
        by,
        std::nullopt
    );
    return find_incident(tx, reading::to_show, org, number);
}

result<incident> apply_edit(
    db::transaction& tx, organization_id org, std::int64_t number, incident_edit const& how, actor const& by
) {
    auto before = find_incident(tx, reading::to_change, org, number);
    if (!before) return before.error();
    auto after = before->state;
    std::vector<timeline_item> story;
    if (how.severity && (after.severity != *how.severity || !after.severity_pinned)) {
        story.push_back(
            {.kind = entry_kind::severity_changed,
             .from = std::string(to_string(after.severity)),
             .to = std::string(to_string(*how.severity))}
        );
        after.severity = *how.severity;
        after.severity_pinned = true;
    }
    if (how.title && after.title != *how.title) {
        // A timeline's values are short; the title itself may be longer.
        story.push_back({.kind = entry_kind::updated, .text = "title: " + *how.title});
        after.title = *how.title;
        after.title_pinned = true;
    }
    if (after != before->state) write_state(tx, org, number, after);
    if (how.service && *how.service != before->service) {
        auto const service = tx.run(find_service, org, *how.service).first();
        if (!service) return no_such_service();
        tx.run(set_service, org, number, *how.service);
        story.push_back(
            {.kind = entry_kind::updated,
             .from = before->service_slug,
             .to = service->text("slug"),
             .text = "service"}
        );
    }
    for (auto const& item : story) append_timeline(tx, org, number, item, by, std::nullopt);
    return find_incident(tx, reading::to_show, org, number);
}

}  // namespace

async::task<result<incident>> board::assign(
    organization_id org,
    std::int64_t number,
    std::optional<std::string> assignee,
    actor by,
    std::optional<std::string> note
) {
    return pool_.transact(org, [=](db::transaction& tx) {
        return apply_assignment(tx, org, number, assignee, by, note);
    });
}

async::task<result<incident>> board::edit(
    organization_id org, std::int64_t number, incident_edit how, actor by
) {
    std::optional<error> refused;
    std::optional<incident> after;
    try {
        // A refusal undoes what came before it.
        after = co_await pool_.transact(org, [=](db::transaction& tx) {
            return apply_edit(tx, org, number, how, by).value();
        });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return *refused;
    co_return std::move(*after);
}

async::task<result<incident>> board::open(organization_id org, manual_incident what, actor by) {
    auto made = co_await pool_.transact(org, [=](db::transaction& tx) -> result<incident> {
        if (tx.run(find_service, org, what.service).empty()) return no_such_service();
        auto const number = tx.run(take_number, org)[0].get<std::int64_t>("last_number");
        tx.run(insert_manual, org, number, what.service, what.title, what.severity);
        append_timeline(
            tx,
            org,
            number,
            {.kind = entry_kind::opened,
             .to = std::string(to_string(status::open)),
             .text = what.note.value_or("")},
            by,
            std::nullopt
        );
        return find_incident(tx, reading::to_show, org, number);
    });
    if (made) metrics_.count("tocsin_incident_transitions_total", {{"to", "open"}, {"by", "person"}});
    co_return made;
}

}  // namespace tocsin::incidents
