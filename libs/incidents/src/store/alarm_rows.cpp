#include "store/alarm_rows.hpp"

#include <tocsin/db/columns.hpp>

namespace tocsin::incidents {

struct alarm_columns {
    using begun = alarm_rows::begun;
    using ended = alarm_rows::ended;

    static constexpr auto of_begun = db::columns<begun>(
        db::column("organization_id", &begun::organization),
        db::column("incident_number", &begun::number),
        db::column("service_id", &begun::service),
        db::column("severity", &begun::severity),
        db::column("cause", &begun::cause),
        db::column("lifted_from", &begun::lifted_from)
    );
    static constexpr auto of_ended = db::columns<ended>(
        db::column("organization_id", &ended::organization),
        db::column("incident_number", &ended::number),
        db::column("ended_by", &ended::by)
    );
};

namespace {

// A running alarm begins again, as a new run, so that its steps page again.
constexpr auto begin_text = R"(
    with begun as (
        insert into tocsin.alarms as a (organization_id, incident_number, run, policy_id, version, urgency, cause)
        select k.organization_id, k.incident_number,
               coalesce((select max(e.run) from tocsin.alarms e
                          where e.organization_id = k.organization_id and e.incident_number = k.incident_number), 0) + 1,
               p.policy_id, p.version, s.urgency ->> k.severity, k.cause
          from )" + db::parameters(alarm_columns::of_begun) +
                            R"(
          join tocsin.services s on s.organization_id = k.organization_id and s.service_id = k.service_id
          join tocsin.policies p on p.organization_id = s.organization_id
                                and case when s.policy_id is null then p.is_default else p.policy_id = s.policy_id end
         where s.urgency ->> k.severity <> 'none'
           and (k.lifted_from is null or (s.urgency ->> k.severity = 'high' and s.urgency ->> k.lifted_from = 'low'))
        on conflict (organization_id, incident_number) where ended_at is null
        do update set run = excluded.run, policy_id = excluded.policy_id, version = excluded.version, urgency = excluded.urgency,
                      cause = excluded.cause, lap = 1, step = 0, started_at = tocsin.now(), due_at = tocsin.now(), fence = a.fence + 1
        returning 1)
    select pg_notify('tocsin_due', '') from begun limit 1)";
constexpr db::statement begin_all{"begin_alarms", begin_text.c_str()};

// Pages that are being sent at this moment end with their call.
constexpr auto end_text =
    "with k as materialized (select * from " + db::parameters(alarm_columns::of_ended) + R"(),
    ended as (
        update tocsin.alarms a set ended_at = tocsin.now(), ended_by = k.ended_by, fence = a.fence + 1
          from k where a.organization_id = k.organization_id and a.incident_number = k.incident_number and a.ended_at is null)
    update tocsin.pages p set state = 'cancelled', reason = 'the incident was ' || k.ended_by
      from k where p.organization_id = k.organization_id and p.incident_number = k.incident_number and p.state in ('due', 'held'))";
constexpr db::statement end_all{"end_alarms", end_text.c_str()};

}  // namespace

void alarm_rows::add(
    organization_id org,
    std::int64_t number,
    std::optional<alarm_basis> const& before,
    incident_state const& after
) {
    auto const change = alarm_change_of(before, after);
    if (change.end) end(org, number, *change.end);
    if (change.begin)
        begun_.push_back({org, number, after.service, after.severity, *change.begin, change.lifted_from});
}

void alarm_rows::end(organization_id org, std::int64_t number, alarm_end by) {
    ended_.push_back({org, number, by});
}

void alarm_rows::write(db::transaction& tx) const {
    if (!ended_.empty()) db::run(tx, end_all, alarm_columns::of_ended, ended_);
    if (!begun_.empty()) db::run(tx, begin_all, alarm_columns::of_begun, begun_);
}

}  // namespace tocsin::incidents
