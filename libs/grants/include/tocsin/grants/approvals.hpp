#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/grants/caller.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::grants {

enum class approval_state {
    asked,
    approved,  ///< the call is being made, or was interrupted
    denied,
    done,    ///< Sentry responded
    failed,  ///< the grant refused after all, or Sentry gave no usable response
};
inline constexpr enum_names<approval_state, 5> approval_state_names{{
    {approval_state::asked, "asked"},
    {approval_state::approved, "approved"},
    {approval_state::denied, "denied"},
    {approval_state::done, "done"},
    {approval_state::failed, "failed"},
}};
std::string_view to_string(approval_state s) noexcept;
std::optional<approval_state> parse_approval_state(std::string_view text) noexcept;

/// A call that waits for a person, or its result.
struct asked_call {
    approval_id id;
    grant_id grant;
    std::string grant_name;
    std::string operation;
    std::string request;  ///< JSON
    std::string asked_by;
    timestamp asked_at;
    timestamp expires_at;
    approval_state state = approval_state::asked;
    std::optional<std::string> decided_by;
    std::optional<timestamp> decided_at;
    std::optional<int> result_status;  ///< Sentry's
    std::string detail;
    std::optional<std::string> result = {};  ///< Sentry's response; only for the one who asked
};

/// Where the result of an approval is sealed.
crypto::vault_place result_place(organization_id org, approval_id id);

/// Calls that a person must approve. An approved call is made at once, whether or not the one who asked
/// still waits. Belongs to the I/O thread.
class approvals {
public:
    approvals(db::pool& pool, caller& calls, crypto::vault const& vault)
        : pool_(pool), calls_(calls), vault_(vault) {}

    /// Newest first.
    async::task<std::vector<asked_call>> list(
        organization_id org, std::optional<approval_id> before, std::int64_t limit
    );
    /// For the one who asked, and for admins, who do not see the result.
    async::task<result<asked_call>> find(
        organization_id org, identity::principal who, bool is_admin, approval_id id
    );
    /// Makes the call. A change must be approved by someone else than the one who asked.
    async::task<result<asked_call>> approve(organization_id org, identity::principal actor, approval_id id);
    async::task<result<asked_call>> deny(organization_id org, identity::principal actor, approval_id id);

private:
    struct claimed;

    async::task<result<claimed>> decide(
        organization_id org, identity::principal actor, approval_id id, approval_state decision
    );

    db::pool& pool_;
    caller& calls_;
    crypto::vault const& vault_;
};

}  // namespace tocsin::grants
