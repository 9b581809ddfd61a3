#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/grants/call_rules.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::grants {

/// Whether a transaction ends once it is on the disk, or before that.
enum class commit_mode { durable, without_waiting };

/// A grant with what its calls need of the integration.
struct usable_grant {
    grants::grant grant;
    integrations::mode mode = integrations::mode::public_;
    std::string sentry_org_id;
    std::string sentry_org_slug;
    std::vector<std::string> scopes;  ///< that Sentry gave the integration; empty if unknown
};

/// A grant's row, as it is written.
struct stored_grant {
    grant_id id;
    new_grant wanted;
    std::optional<user_id> holder_user;
    std::optional<identity::token_id> holder_token;
    std::vector<std::string> operations;
    std::vector<std::string> project_ids;
    std::string created_by;
};

std::vector<grant> list_grants(
    db::transaction& tx,
    organization_id org,
    std::optional<grant_id> before,
    std::optional<std::string> const& name,
    std::int64_t limit
);
result<grant> find_grant(db::transaction& tx, organization_id org, grant_id id);
/// `commit` applies to the transaction.
result<usable_grant> find_usable_grant(
    db::transaction& tx, organization_id org, grant_id id, commit_mode commit = commit_mode::durable
);
/// The ids of the holder; an error for a member or a token that does not exist.
result<void> find_holder(db::transaction& tx, organization_id org, stored_grant& row);
void insert_grant(db::transaction& tx, organization_id org, stored_grant const& row);
/// False if there is no such grant.
bool update_grant(
    db::transaction& tx,
    organization_id org,
    grant_id id,
    grant_change const& change,
    std::optional<std::vector<std::string>> const& project_ids
);
bool revoke_grant(db::transaction& tx, organization_id org, grant_id id);

/// Counts and records a call that is within the limit per minute. Else neither; returns when the next one
/// will be within it.
std::optional<std::chrono::seconds> insert_counted_call(
    db::transaction& tx, organization_id org, grant_id grant, recorded_call const& call
);
/// Records a call that does not count.
void insert_call(db::transaction& tx, organization_id org, grant_id grant, recorded_call const& call);
/// `commit` applies to the transaction.
void complete_call(db::transaction& tx, organization_id org, recorded_call const& call, commit_mode commit);
std::vector<recorded_call> list_calls(
    db::transaction& tx, organization_id org, grant_id id, std::optional<uuid> before, std::int64_t limit
);
/// The request that a person approves the call: one with `id`, or the one that waits for the same call. It is
/// on the disk when the transaction has ended.
approval_id ask_for_approval(
    db::transaction& tx,
    organization_id org,
    grant_id grant,
    identity::principal const& who,
    planned_call const& call,
    approval_id id
);

}  // namespace tocsin::grants
