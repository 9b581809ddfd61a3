#include <tocsin/oncall/alarms.hpp>
#include <tocsin/oncall/policy_store.hpp>

namespace tocsin::oncall {

namespace {

constexpr db::statement claim_due{
    "claim_due_alarms",
    R"(select organization_id, incident_number, run, policy_id, version, urgency, lap, step from tocsin.alarms
        where ended_at is null and due_at <= tocsin.now() order by due_at limit $1 for update skip locked)"
};

constexpr db::statement move_on{
    "move_alarm",
    R"(update tocsin.alarms set lap = $4, step = $5, due_at = tocsin.now() + $6::bigint * interval '1 second', fence = fence + 1
        where organization_id = $1 and incident_number = $2 and run = $3)"
};

constexpr db::statement exhaust{
    "exhaust_alarm",
    R"(update tocsin.alarms set lap = $4, step = $5, ended_at = tocsin.now(), ended_by = 'exhausted', fence = fence + 1
        where organization_id = $1 and incident_number = $2 and run = $3)"
};

// A role stands for itself and the stronger ones. A viewer cannot act, and is paged only by name.
constexpr db::statement find_role{
    "find_people_of_role",
    R"(select user_id from tocsin.members
        where organization_id = $1
          and array_position(array['viewer', 'responder', 'admin', 'owner'], role)
              >= array_position(array['viewer', 'responder', 'admin', 'owner'], $2)
        order by array_position(array['owner', 'admin', 'responder', 'viewer'], role), user_id)"
};
constexpr db::statement find_member{
    "find_paged_member", "select user_id from tocsin.members where organization_id = $1 and user_id = $2"
};

constexpr db::statement find_newest{
    "find_newest_alarm",
    R"(select a.policy_id, a.version, a.urgency, a.lap, a.step, a.due_at, a.started_at, a.ended_at, coalesce(a.ended_by, 'running') as state
         from tocsin.incidents i
         left join lateral (select * from tocsin.alarms n
                             where n.organization_id = i.organization_id and n.incident_number = i.number
                             order by n.run desc limit 1) a on true
        where i.organization_id = $1 and i.number = $2)"
};
constexpr db::statement find_person{
    "find_called_person", "select email, name from tocsin.users where user_id = $1"
};

find_people people_of(db::transaction& tx, organization_id org) {
    return [&tx, org](target const& called) {
        std::vector<user_id> people;
        auto const user = user_id::parse(called.id);
        if (called.kind == target_kind::user && !user) return people;
        auto const rows = called.kind == target_kind::role ? tx.run(find_role, org, called.id)
                                                           : tx.run(find_member, org, *user);
        for (auto const row : rows) people.push_back(row.get<user_id>("user_id"));
        return people;
    };
}

}  // namespace

std::vector<due_alarm> claim_due_alarms(db::transaction& tx, int limit) {
    std::vector<due_alarm> due;
    for (auto const row : tx.run(claim_due, limit))
        due.push_back(
            {row.get<organization_id>("organization_id"),
             row.get<std::int64_t>("incident_number"),
             row.get<int>("run"),
             row.get<policy_id>("policy_id"),
             row.get<int>("version"),
             known(parse_urgency(row.text("urgency")), "urgency"),
             {row.get<int>("lap"), row.get<int>("step")}}
        );
    return due;
}

advance_outcome advance(db::transaction& tx, due_alarm const& alarm) {
    return advance(
        read_ladder(tx, alarm.organization, alarm.policy, alarm.version),
        alarm.at,
        alarm.urgency,
        people_of(tx, alarm.organization)
    );
}

void move_alarm(db::transaction& tx, due_alarm const& alarm, advance_outcome const& outcome) {
    auto const& next = outcome.next;
    if (outcome.is_exhausted)
        tx.run(exhaust, alarm.organization, alarm.incident, alarm.run, next.lap, next.step);
    else
        tx.run(
            move_on,
            alarm.organization,
            alarm.incident,
            alarm.run,
            next.lap,
            next.step,
            std::int64_t{outcome.wait.count()}
        );
}

result<alarm_view> find_alarm(db::transaction& tx, organization_id org, std::int64_t incident) {
    auto const row = tx.run(find_newest, org, incident).first();
    if (!row) return error{errc::not_found, "There is no incident #" + std::to_string(incident) + "."};
    if (row->is_null("policy_id")) return alarm_view{};
    auto const state = parse_alarm_state(row->text("state"));
    alarm_view view{// Ended by a newer version of the program, in a way that this one does not know.
                    .state = state.value_or(alarm_state::moved),
                    .policy = row->get<policy_id>("policy_id"),
                    .version = row->get<int>("version"),
                    .urgency = known(parse_urgency(row->text("urgency")), "urgency"),
                    .at = {row->get<int>("lap"), row->get<int>("step")},
                    .due_at = row->get<timestamp>("due_at"),
                    .started_at = row->get<timestamp>("started_at"),
                    .ended_at = row->get<std::optional<timestamp>>("ended_at"),
                    .next = {}
    };
    if (view.state != alarm_state::running) return view;
    due_alarm const alarm{org, incident, 0, view.policy, view.version, view.urgency, view.at};
    for (auto const& person : advance(tx, alarm).people)
        if (auto const user = tx.run(find_person, person.user).first())
            view.next.push_back({user->text("email"), user->text("name"), view.due_at});
    return view;
}

}  // namespace tocsin::oncall
