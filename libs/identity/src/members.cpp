#include <tocsin/identity/members.hpp>

#include <stdexcept>
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
// In one order, so that two changes never wait for each other.
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

role role_in(db::row const& from) {
    auto const found = parse_role(from.text("role"));
    if (!found) throw std::logic_error("the database has a role that the program does not know");
    return *found;
}

member read_member(db::row const& from) {
    return {
        from.get<user_id>("user_id"),
        from.text("email"),
        from.text("name"),
        role_in(from),
        from.get<timestamp>("created_at")
    };
}

member find(db::transaction& tx, organization_id of, user_id whom) {
    return read_member(tx.run(find_member, of, whom)[0]);
}

/// The roles of both, held until the transaction ends. A token's rights were looked at by the caller.
struct held {
    std::optional<role> who;
    std::optional<role> whom;
};

held lock(db::transaction& tx, organization_id of, principal const& who, user_id whom) {
    std::vector<std::string> ids = {whom.str()};
    if (who.user) ids.push_back(who.user->str());
    held found;
    if (!who.user) found.who = role::admin;
    for (auto const& row : tx.run(lock_members, of, ids)) {
        auto const id = row.get<user_id>("user_id");
        if (id == whom) found.whom = role_in(row);
        if (who.user && id == *who.user) found.who = role_in(row);
    }
    return found;
}

error no_member() {
    return {errc::not_found, "There is no such member."};
}

/// Why `who` may not change `whom`, if so.
std::optional<error> refusal(held const& of, principal const& who, user_id whom) {
    if (!of.who || !allows(*of.who, permission::administer))
        return error{errc::forbidden, "Your role in this organization was changed a moment ago."};
    if (!of.whom) return no_member();
    if (*of.whom != role::owner) return std::nullopt;
    if (who.user == whom)
        return error{
            errc::conflict, "You own this organization: hand the ownership over to somebody else first."
        };
    return error{errc::forbidden, "Nobody but the owner can change what the owner is."};
}

}  // namespace

async::task<std::vector<member>> members::list(
    organization_id of, std::optional<std::string> after, std::int64_t limit
) {
    co_return co_await gateway_.transact(of, [of, after = std::move(after), limit](db::transaction& tx) {
        std::vector<member> found;
        for (auto const& row : tx.run(list_members, of, after, limit)) found.push_back(read_member(row));
        return found;
    });
}

async::task<result<member>> members::change_role(organization_id of, principal who, user_id whom, role to) {
    if (to == role::owner)
        co_return error{
            errc::invalid, "The ownership is handed over, not given.", {{"role", "must not be owner"}}
        };
    co_return co_await gateway_.transact(
        acting(of, who),
        [of, who, whom, to](db::transaction& tx) -> result<member> {
            if (auto no = refusal(lock(tx, of, who, whom), who, whom)) return *no;
            tx.run(set_role, of, whom, to);
            return find(tx, of, whom);
        }
    );
}

async::task<result<>> members::remove(organization_id of, principal who, user_id whom) {
    co_return co_await gateway_.transact(acting(of, who), [of, who, whom](db::transaction& tx) -> result<> {
        if (auto no = refusal(lock(tx, of, who, whom), who, whom)) return *no;
        tx.run(delete_member, of, whom);
        return {};
    });
}

async::task<result<member>> members::transfer_ownership(organization_id of, principal who, user_id whom) {
    if (who.user == whom) co_return error{errc::conflict, "You own this organization already."};
    co_return co_await gateway_.transact(
        acting(of, who),
        [of, who, whom](db::transaction& tx) -> result<member> {
            auto const roles = lock(tx, of, who, whom);
            if (!who.user || roles.who != role::owner)
                return error{errc::forbidden, "Only the owner hands the ownership over."};
            if (!roles.whom) return no_member();
            tx.run(set_role, of, *who.user, role::admin);
            tx.run(set_role, of, whom, role::owner);
            return find(tx, of, whom);
        }
    );
}

}  // namespace tocsin::identity
