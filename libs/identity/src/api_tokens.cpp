#include "read_all.hpp"
#include "role_column.hpp"
#include "token_hash.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/api_tokens.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_tokens = {
    "api_tokens_list",
    R"(select token_id, name, role, scopes, created_by_name, created_at, expires_at, last_used_at from tocsin.api_tokens
        where organization_id = $1::uuid and revoked_at is null and ($2::uuid is null or token_id < $2::uuid)
        order by token_id desc limit $3::bigint)",
};
constexpr db::statement insert_token = {
    "api_tokens_insert",
    R"(insert into tocsin.api_tokens (organization_id, token_id, name, role, scopes, created_by, created_by_name, expires_at, token_hash)
       values ($1::uuid, $2::uuid, $3, $4, $5::text[], $6::uuid, $7, $8::timestamptz, $9)
       returning token_id, name, role, scopes, created_by_name, created_at, expires_at, last_used_at)",
};
constexpr db::statement revoke_token = {
    "api_tokens_revoke",
    R"(update tocsin.api_tokens set revoked_at = tocsin.now()
        where organization_id = $1::uuid and token_id = $2::uuid and revoked_at is null)",
};

token_info read_token(db::row const& from) {
    auto const id = from.get<token_id>("token_id");
    return {
        id,
        from.text("name"),
        api_token_prefix(id),
        read_token_role(from),
        read_scopes(from),
        from.text("created_by_name"),
        from.get<timestamp>("created_at"),
        from.get<std::optional<timestamp>>("expires_at"),
        from.get<std::optional<timestamp>>("last_used_at"),
    };
}

}  // namespace

std::optional<error> problem_of(new_token const& wanted, timestamp now) {
    if (auto const scopes = scopes_of(wanted.role, wanted.scopes); !scopes) return scopes.error();
    if (wanted.expires_at && *wanted.expires_at <= now)
        return error{
            errc::invalid,
            "The expiry of the API token is in the past.",
            {{"expires_at", "must be in the future"}}
        };
    return std::nullopt;
}

async::task<std::vector<token_info>> api_tokens::list(
    organization_id org, std::optional<token_id> before, std::int64_t limit
) {
    co_return co_await gateway_.transact(org, [org, before, limit](db::transaction& tx) {
        return read_all(tx.run(list_tokens, org, before, limit), read_token);
    });
}

async::task<result<created_token>> api_tokens::create(
    organization_id org, principal actor, role actor_role, new_token wanted
) {
    if (rights_of(wanted.role) > actor_role)
        co_return error{
            errc::invalid,
            "An API token cannot have more rights than its creator.",
            {{"role", "is above your own"}}
        };
    auto const now = clock_.now();
    if (auto bad = problem_of(wanted, now)) co_return *bad;
    token_id const id{crypto::uuid_v7(now)};
    auto token = make_api_token(id);
    auto const hash = token_hash(token);
    auto info = co_await gateway_.transact(
        tenant_of(org, actor),
        [org, id, actor, wanted, hash](db::transaction& tx) {
            auto const& created_by_name = actor.user ? actor.email : actor.name;
            auto const rows = tx.run(
                insert_token,
                org,
                id,
                wanted.name,
                wanted.role,
                wanted.scopes,
                actor.user,
                created_by_name,
                wanted.expires_at,
                hash
            );
            return read_token(rows[0]);
        }
    );
    co_return created_token{std::move(info), std::move(token)};
}

async::task<result<>> api_tokens::revoke(organization_id org, principal actor, token_id id) {
    auto const revoked = co_await gateway_.transact(tenant_of(org, actor), [org, id](db::transaction& tx) {
        return tx.run(revoke_token, org, id).affected();
    });
    if (revoked == 0) co_return error{errc::not_found, "There is no such token."};
    co_return result<>();
}

}  // namespace tocsin::identity
