#include "service/change_incident.hpp"
#include "store/alarm_rows.hpp"
#include "store/incident_rows.hpp"

#include <tocsin/incidents/incident_service.hpp>

namespace tocsin::incidents {

namespace {

// Returns the address as the member's account has it.
constexpr db::statement find_member{
    "find_member_by_email",
    R"(select u.email from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1 and lower(u.email) = lower($2))"
};

constexpr db::statement find_service{
    "find_service_for_incident",
    "select slug from tocsin.services where organization_id = $1 and service_id = $2 and archived_at is null"
};

error no_such_service() {
    return {
        errc::invalid, "There is no such service.", {{"service_id", "is not a service of this organization"}}
    };
}

result<person_change> decide_assignment(
    db::transaction& tx,
    organization_id org,
    incident const& before,
    std::optional<std::string> const& email,
    std::string const& note
) {
    person_change change{.state = before.state};
    change.state.assignee.clear();
    change.state.assignee_pinned = before.state.assignee_pinned || email || !before.state.assignee.empty();
    if (email) {
        auto const member = tx.run(find_member, org, *email).first();
        if (!member)
            return error{
                errc::invalid,
                "No member of this organization has that address.",
                {{"assignee", "must be the email address of a member, or null"}}
            };
        change.state.assignee = member->text("email");
    }
    if (change.state.assignee != before.state.assignee)
        change.entries.push_back(
            {.kind = entry_kind::assigned,
             .from = before.state.assignee,
             .to = change.state.assignee,
             .text = note}
        );
    else if (!note.empty())
        change.entries.push_back({.kind = entry_kind::noted, .text = note});
    return change;
}

result<person_change> decide_edit(
    db::transaction& tx, organization_id org, incident const& before, incident_edit const& edit
) {
    person_change change{.state = before.state};
    auto& state = change.state;
    if (edit.severity && (state.severity != *edit.severity || !state.severity_pinned)) {
        change.entries.push_back(
            {.kind = entry_kind::severity_changed,
             .from = std::string(to_string(state.severity)),
             .to = std::string(to_string(*edit.severity))}
        );
        state.severity = *edit.severity;
        state.severity_pinned = true;
    }
    if (edit.title && state.title != *edit.title) {
        // In the text, because from and to are too short for some titles.
        change.entries.push_back({.kind = entry_kind::updated, .text = "title: " + *edit.title});
        state.title = *edit.title;
        state.title_pinned = true;
    }
    if (edit.service && state.service != *edit.service) {
        auto const service = tx.run(find_service, org, *edit.service).first();
        if (!service) return no_such_service();
        change.entries.push_back(
            {.kind = entry_kind::updated,
             .from = before.service_slug,
             .to = service->text("slug"),
             .text = "service"}
        );
        state.service = *edit.service;
    }
    return change;
}

result<incident> open_manually(
    db::transaction& tx, organization_id org, manual_incident const& wanted, actor const& who
) {
    if (tx.run(find_service, org, wanted.service).empty()) return no_such_service();
    auto const number = take_numbers(tx, {{org, 1}}).at(org);
    incident_state state;
    state.service = wanted.service;
    state.severity = wanted.severity;
    state.severity_pinned = true;
    state.title = wanted.title;
    state.last_seen_at = database_now(tx);
    insert_incidents(tx, {{.organization = org, .number = number, .state = &state}});
    alarm_rows alarms;
    alarms.add(org, number, std::nullopt, state);
    alarms.write(tx);
    append_entries(
        tx,
        org,
        number,
        who,
        {{.kind = entry_kind::opened,
          .to = std::string(to_string(state.status)),
          .text = wanted.note.value_or("")}}
    );
    return find_incident(tx, org, number);
}

}  // namespace

async::task<result<incident>> incident_service::assign(
    organization_id org,
    std::int64_t number,
    std::optional<std::string> assignee,
    actor who,
    std::optional<std::string> note
) {
    return pool_.transact(org, [=](db::transaction& tx) {
        return change_incident(tx, org, number, who, [&](incident const& before) {
            return decide_assignment(tx, org, before, assignee, note.value_or(""));
        });
    });
}

async::task<result<incident>> incident_service::edit(
    organization_id org, std::int64_t number, incident_edit edit, actor who
) {
    return pool_.transact(org, [=](db::transaction& tx) {
        return change_incident(tx, org, number, who, [&](incident const& before) {
            return decide_edit(tx, org, before, edit);
        });
    });
}

async::task<result<incident>> incident_service::open(organization_id org, manual_incident wanted, actor who) {
    auto after = co_await pool_.transact(org, [=](db::transaction& tx) {
        return open_manually(tx, org, wanted, who);
    });
    if (after) metrics_.count("tocsin_incident_transitions_total", {{"to", "open"}, {"by", "person"}});
    co_return after;
}

}  // namespace tocsin::incidents
