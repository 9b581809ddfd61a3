#include "read_all.hpp"
#include "role_column.hpp"

#include <tocsin/identity/members.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_members = {
    "members_list",
    R"(select u.user_id, u.email, u.name, m.role, m.created_at
         from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1::uuid and ($2::text is null or lower(u.email) > lower($2::text))
        order by lower(u.email) limit $3::bigint)",
};
constexpr db::statement find_member = {
    "members_find",
    R"(select u.user_id, u.email, u.name, m.role, m.created_at
         from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1::uuid and m.user_id = $2::uuid)",
};
// In one order, so that concurrent changes cannot deadlock.
constexpr db::statement lock_members = {
    "members_lock",
    R"(select user_id, role from tocsin.members
        where organization_id = $1::uuid and user_id = any ($2::uuid[]) order by user_id for update)",
};
constexpr db::statement set_role = {
    "members_set_role",
    "update tocsin.members set role = $3 where organization_id = $1::uuid and user_id = $2::uuid",
};
constexpr db::statement delete_member = {
    "members_delete",
    "delete from tocsin.members where organization_id = $1::uuid and user_id = $2::uuid",
};

member read_member(db::row const& from) {
    return {
        from.get<user_id>("user_id"),
        from.text("email"),
        from.text("name"),
        read_role(from),
        from.get<timestamp>("created_at")
    };
}

member find(db::transaction& tx, organization_id org, user_id user) {
    return read_member(tx.run(find_member, org, user)[0]);
}

/// The roles of both members, locked until the transaction ends.
struct locked_roles {
    std::optional<role> actor;
    std::optional<role> target;
};

locked_roles lock(db::transaction& tx, organization_id org, principal const& actor, user_id target) {
    std::vector<std::string> ids = {target.str()};
    if (actor.user) ids.push_back(actor.user->str());
    locked_roles roles;
    // The route has checked the rights of a token.
    if (!actor.user) roles.actor = role::admin;
    for (auto const& row : tx.run(lock_members, org, ids)) {
        auto const id = row.get<user_id>("user_id");
        if (id == target) roles.target = read_role(row);
        if (actor.user && id == *actor.user) roles.actor = read_role(row);
    }
    return roles;
}

error no_member() {
    return {errc::not_found, "There is no such member."};
}

/// Why `actor` may not change `target`; nothing if it may.
std::optional<error> refusal(locked_roles const& roles, principal const& actor, user_id target) {
    if (!roles.actor || !allows(*roles.actor, permission::administer))
        return error{
            errc::forbidden, "Your role in this organization has just changed, and no longer allows this."
        };
    if (!roles.target) return no_member();
    if (*roles.target != role::owner) return std::nullopt;
    if (actor.user == target)
        return error{
            errc::conflict, "You own this organization. Transfer the ownership to another member first."
        };
    return error{errc::forbidden, "The owner can only be changed by transferring the ownership."};
}

}  // namespace

async::task<std::vector<member>> members::list(
    organization_id org, std::optional<std::string> after, std::int64_t limit
) {
    co_return co_await gateway_.transact(org, [org, after = std::move(after), limit](db::transaction& tx) {
        return read_all(tx.run(list_members, org, after, limit), read_member);
    });
}

async::task<result<member>> members::change_role(
    organization_id org, principal actor, user_id target, role wanted
) {
    if (!is_assignable(wanted))
        co_return error{
            errc::invalid,
            "The owner's role cannot be assigned. Transfer the ownership instead.",
            {{"role", "must not be owner"}}
        };
    co_return co_await gateway_.transact(
        tenant_of(org, actor),
        [org, actor, target, wanted](db::transaction& tx) -> result<member> {
            if (auto refused = refusal(lock(tx, org, actor, target), actor, target)) return *refused;
            tx.run(set_role, org, target, wanted);
            return find(tx, org, target);
        }
    );
}

async::task<result<>> members::remove(organization_id org, principal actor, user_id target) {
    co_return co_await gateway_.transact(
        tenant_of(org, actor),
        [org, actor, target](db::transaction& tx) -> result<> {
            if (auto refused = refusal(lock(tx, org, actor, target), actor, target)) return *refused;
            tx.run(delete_member, org, target);
            return {};
        }
    );
}

async::task<result<member>> members::transfer_ownership(
    organization_id org, principal actor, user_id target
) {
    if (actor.user == target) co_return error{errc::conflict, "You own this organization already."};
    co_return co_await gateway_.transact(
        tenant_of(org, actor),
        [org, actor, target](db::transaction& tx) -> result<member> {
            auto const roles = lock(tx, org, actor, target);
            if (!actor.user || roles.actor != role::owner)
                return error{errc::forbidden, "Only the owner can transfer the ownership."};
            if (!roles.target) return no_member();
            tx.run(set_role, org, *actor.user, role::admin);
            tx.run(set_role, org, target, role::owner);
            return find(tx, org, target);
        }
    );
}

}  // namespace tocsin::identity
