#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/oncall/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::oncall {

/// Targets that are users have their e-mail address as id.
struct new_policy {
    std::string slug;
    std::string name;
    oncall::ladder ladder;
};

/// Fields without a value stay as they are.
struct policy_change {
    std::optional<std::string> slug;
    std::optional<std::string> name;
    std::optional<int> laps;
    std::optional<bool> last_resort;
    std::optional<std::vector<step>> steps;
    std::optional<bool> is_default;
};

/// The policies of organizations. Those that it returns name users by their e-mail address. The pool's role
/// is tocsin_gateway, and it outlives this object.
class policies {
public:
    explicit policies(db::pool& pool, clock const& time = system_clock()) : pool_(pool), clock_(time) {}

    /// By id, after `after`.
    async::task<std::vector<policy>> list(
        organization_id org, std::optional<policy_id> after, std::int64_t limit
    );
    async::task<result<policy>> find(organization_id org, policy_id id);
    /// errc::conflict if the slug is taken, errc::invalid for a user who is no member.
    async::task<result<policy>> create(db::tenant tenant, new_policy wanted);
    /// Applies to alarms that begin from now on.
    async::task<result<policy>> change(db::tenant tenant, policy_id id, policy_change wanted);
    /// errc::in_use while it is the default, or a service or a running alarm uses it.
    async::task<result<>> remove(db::tenant tenant, policy_id id);

private:
    db::pool& pool_;
    clock const& clock_;
};

}  // namespace tocsin::oncall
