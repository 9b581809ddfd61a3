#include <tocsin/crypto/random.hpp>
#include <tocsin/oncall/policies.hpp>
#include <tocsin/oncall/policy_store.hpp>

#include <utility>

namespace tocsin::oncall {

namespace {

constexpr db::statement find_user{
    "find_policy_user",
    R"(select u.user_id from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1 and lower(u.email) = lower($2))"
};
constexpr db::statement find_address{
    "find_policy_address",
    R"(select u.email from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1 and m.user_id = $2)"
};
constexpr db::statement insert_policy{
    "insert_policy",
    "insert into tocsin.policies (organization_id, policy_id, slug, name) values ($1, $2, $3, $4)"
};
constexpr db::statement lock_policy{
    "lock_policy",
    "select version from tocsin.policies where organization_id = $1 and policy_id = $2 for update"
};
constexpr db::statement update_policy{
    "update_policy",
    R"(update tocsin.policies set slug = coalesce($3, slug), name = coalesce($4, name), version = $5
        where organization_id = $1 and policy_id = $2)"
};
constexpr db::statement clear_default{
    "clear_default_policy",
    "update tocsin.policies set is_default = false where organization_id = $1 and is_default and policy_id <> $2"
};
constexpr db::statement set_default{
    "set_default_policy",
    "update tocsin.policies set is_default = true where organization_id = $1 and policy_id = $2 and not is_default"
};
constexpr db::statement find_use{
    "find_use_of_policy",
    R"(select exists (select from tocsin.services where organization_id = $1 and policy_id = $2 and archived_at is null) as by_service,
              exists (select from tocsin.alarms where organization_id = $1 and policy_id = $2 and ended_at is null) as by_alarm,
              exists (select from tocsin.policies where organization_id = $1 and policy_id = $2 and is_default) as is_default)"
};
constexpr db::statement release_archived{
    "release_policy_of_archived_services",
    "update tocsin.services set policy_id = null where organization_id = $1 and policy_id = $2 and archived_at is not null"
};
constexpr db::statement delete_policy{
    "delete_policy", "delete from tocsin.policies where organization_id = $1 and policy_id = $2"
};

error no_policy() {
    return {errc::not_found, "There is no such policy."};
}

error slug_taken(db::constraint_violation const& why) {
    if (why.constraint == "policies_slug_key")
        return {errc::conflict, "Another policy has this slug.", {{"slug", "is taken by another policy"}}};
    throw why;
}

/// Replaces addresses by ids.
result<> resolve_users(db::transaction& tx, organization_id org, std::vector<step>& steps) {
    error problem{errc::invalid, "A policy pages members of the organization."};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (std::size_t j = 0; j < steps[i].targets.size(); ++j) {
            auto& called = steps[i].targets[j];
            if (called.kind != target_kind::user) continue;
            if (auto const user = tx.run(find_user, org, called.id).first())
                called.id = user->get<user_id>("user_id").str();
            else
                problem.fields.push_back(
                    {"steps[" + std::to_string(i) + "].targets[" + std::to_string(j) + "].id",
                     "must be the email address of a member"}
                );
        }
    }
    if (!problem.fields.empty()) return problem;
    return {};
}

/// Replaces ids by addresses. Those of former members are left out, as in pages.
void name_users(db::transaction& tx, organization_id org, policy& of) {
    for (auto& each : of.ladder.steps) {
        std::erase_if(each.targets, [&](target& called) {
            if (called.kind != target_kind::user) return false;
            auto const user = user_id::parse(called.id);
            auto const found = user ? tx.run(find_address, org, *user).first() : std::nullopt;
            if (found) called.id = found->text("email");
            return !found;
        });
    }
}

result<policy> read_one(db::transaction& tx, organization_id org, policy_id id) {
    auto all = read_policies(tx, org, id, std::nullopt, 1);
    if (all.empty()) return no_policy();
    name_users(tx, org, all.front());
    return std::move(all.front());
}

result<policy> change_one(db::transaction& tx, organization_id org, policy_id id, policy_change wanted) {
    auto const locked = tx.run(lock_policy, org, id).first();
    if (!locked) return no_policy();
    auto version = locked->get<int>("version");
    auto const before = read_ladder(tx, org, id, version);
    auto after = before;
    if (wanted.laps) after.laps = *wanted.laps;
    if (wanted.last_resort) after.last_resort = *wanted.last_resort;
    if (wanted.steps) {
        after.steps = std::move(*wanted.steps);
        if (auto const resolved = resolve_users(tx, org, after.steps); !resolved) return resolved.error();
    }
    if (after != before) insert_ladder(tx, org, id, ++version, after);
    tx.run(update_policy, org, id, wanted.slug, wanted.name, version);
    if (wanted.is_default == true) {
        tx.run(clear_default, org, id);
        tx.run(set_default, org, id);
    }
    return read_one(tx, org, id);
}

}  // namespace

async::task<std::vector<policy>> policies::list(
    organization_id org, std::optional<policy_id> after, std::int64_t limit
) {
    return pool_.transact(org, [=](db::transaction& tx) {
        auto all = read_policies(tx, org, std::nullopt, after, limit);
        for (auto& each : all) name_users(tx, org, each);
        return all;
    });
}

async::task<result<policy>> policies::find(organization_id org, policy_id id) {
    return pool_.transact(org, [=](db::transaction& tx) { return read_one(tx, org, id); });
}

async::task<result<policy>> policies::create(db::tenant tenant, new_policy wanted) {
    policy_id const id{crypto::uuid_v7(clock_.now())};
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx
                      ) mutable -> result<policy> {
        if (auto const resolved = resolve_users(tx, org, wanted.ladder.steps); !resolved)
            return resolved.error();
        tx.run(insert_policy, org, id, wanted.slug, wanted.name);
        insert_ladder(tx, org, id, 1, wanted.ladder);
        return read_one(tx, org, id);
    };
    return pool_.transact_result(tenant, work, slug_taken);
}

async::task<result<policy>> policies::change(db::tenant tenant, policy_id id, policy_change wanted) {
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx) {
        return change_one(tx, org, id, wanted);
    };
    return pool_.transact_result(tenant, work, slug_taken);
}

async::task<result<>> policies::remove(db::tenant tenant, policy_id id) {
    auto const work = [org = *tenant.organization, id](db::transaction& tx) -> result<> {
        if (tx.run(lock_policy, org, id).empty()) return no_policy();
        auto const use = tx.run(find_use, org, id)[0];
        if (use.get<bool>("is_default"))
            return error{errc::in_use, "This is the default policy. Make another one the default first."};
        if (use.get<bool>("by_service"))
            return error{errc::in_use, "A service uses this policy. Give the service another one first."};
        if (use.get<bool>("by_alarm"))
            return error{
                errc::in_use, "An alarm is running by this policy. Delete it when the alarm has ended."
            };
        tx.run(release_archived, org, id);
        tx.run(delete_policy, org, id);
        return {};
    };
    return pool_.transact_result(tenant, work);
}

}  // namespace tocsin::oncall
