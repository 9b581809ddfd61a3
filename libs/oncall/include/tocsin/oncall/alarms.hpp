#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/oncall/alarm_rules.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::oncall {

/// A running alarm whose next step is due.
struct due_alarm {
    organization_id organization;
    std::int64_t incident = 0;
    int run = 1;
    policy_id policy;
    int version = 1;
    oncall::urgency urgency = urgency::high;
    position at;
};

/// Locks the alarms until the transaction ends, the oldest first; those that another process has locked are
/// left to it. The role is tocsin_scheduler.
std::vector<due_alarm> claim_due_alarms(db::transaction& tx, int limit);
/// What happens now. Writes nothing.
advance_outcome advance(db::transaction& tx, due_alarm const& alarm);
/// Writes where the alarm is after `outcome`, or that it has ended.
void move_alarm(db::transaction& tx, due_alarm const& alarm, advance_outcome const& outcome);

struct next_call {
    std::string email;
    std::string name;
    timestamp at;
};

/// The newest alarm of an incident. If it never had one, only `state` has a meaning.
struct alarm_view {
    alarm_state state = alarm_state::none;
    policy_id policy;
    int version = 0;
    oncall::urgency urgency = urgency::high;
    position at;
    timestamp due_at;
    timestamp started_at;
    std::optional<timestamp> ended_at;
    std::vector<next_call> next;  ///< of a running alarm
};

/// errc::not_found if there is no such incident. The role is tocsin_gateway.
result<alarm_view> find_alarm(db::transaction& tx, organization_id org, std::int64_t incident);

}  // namespace tocsin::oncall
