#include "token_hash.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/api_tokens.hpp>

#include <stdexcept>
#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_tokens = {
    "api_tokens_list",
    R"(select token_id, name, role, created_by_name, created_at, expires_at, last_used_at from tocsin.api_tokens
        where organization_id = $1::uuid and revoked_at is null and ($2::uuid is null or token_id < $2::uuid)
        order by token_id desc limit $3::bigint)",
};
constexpr db::statement insert_token = {
    "api_tokens_insert",
    R"(insert into tocsin.api_tokens (organization_id, token_id, name, role, created_by, created_by_name, expires_at, token_hash)
       values ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6, $7::timestamptz, $8)
       returning token_id, name, role, created_by_name, created_at, expires_at, last_used_at)",
};
constexpr db::statement revoke_token = {
    "api_tokens_revoke",
    R"(update tocsin.api_tokens set revoked_at = tocsin.now()
        where organization_id = $1::uuid and token_id = $2::uuid and revoked_at is null)",
};

token_info read_token(db::row const& from) {
    auto const has = parse_role(from.text("role"));
    if (!has) throw std::logic_error("the database has a role that the program does not know");
    auto const id = from.get<token_id>("token_id");
    return {
        id,
        from.text("name"),
        api_token_prefix(id),
        *has,
        from.text("created_by_name"),
        from.get<timestamp>("created_at"),
        from.get<std::optional<timestamp>>("expires_at"),
        from.get<std::optional<timestamp>>("last_used_at"),
    };
}

}  // namespace

async::task<std::vector<token_info>> api_tokens::list(
    organization_id of, std::optional<token_id> before, std::int64_t limit
) {
    co_return co_await gateway_.transact(of, [of, before, limit](db::transaction& tx) {
        std::vector<token_info> found;
        for (auto const& row : tx.run(list_tokens, of, before, limit)) found.push_back(read_token(row));
        return found;
    });
}

async::task<result<made_token>> api_tokens::create(
    organization_id of, principal by, role has, new_token what
) {
    if (what.role == role::owner)
        co_return error{
            errc::invalid,
            "Only a person owns an organization.",
            {{"role", "must be admin, responder or viewer"}}
        };
    if (what.role > has)
        co_return error{
            errc::invalid, "A token has no more rights than its maker.", {{"role", "is above your own"}}
        };
    auto const now = clock_.now();
    if (what.expires_at && *what.expires_at <= now)
        co_return error{
            errc::invalid, "The token would have ended already.", {{"expires_at", "must be in the future"}}
        };
    token_id const id{crypto::uuid_v7(now)};
    auto token = make_api_token(id);
    auto const hash = token_hash(token);
    auto info = co_await gateway_.transact(acting(of, by), [of, id, by, what, hash](db::transaction& tx) {
        auto const& by_name = by.user ? by.email : by.name;
        return read_token(
            tx.run(insert_token, of, id, what.name, what.role, by.user, by_name, what.expires_at, hash)[0]
        );
    });
    co_return made_token{std::move(info), std::move(token)};
}

async::task<result<>> api_tokens::revoke(organization_id of, principal by, token_id id) {
    auto const done = co_await gateway_.transact(acting(of, by), [of, id](db::transaction& tx) {
        return tx.run(revoke_token, of, id).affected();
    });
    if (done == 0) co_return error{errc::not_found, "There is no such token."};
    co_return result<>();
}

}  // namespace tocsin::identity
