#include "read_all.hpp"
#include "token_hash.hpp"

#include <tocsin/identity/attempt_throttle.hpp>
#include <tocsin/identity/network_group.hpp>
#include <tocsin/identity/own_account.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_sessions = {
    "own_sessions",
    R"(select session_id, is_current, address, user_agent, created_at, last_seen_at
         from tocsin.sessions_of($1::uuid, make_interval(secs => $2::bigint / 1000.0),
                                 make_interval(secs => $3::bigint / 1000.0), $4))",
};
constexpr db::statement end_one = {
    "own_session_end",
    "select tocsin.end_session_of($1::uuid, $2::uuid) as ended",
};
constexpr db::statement end_others = {
    "own_sessions_end_others",
    "select tocsin.end_other_sessions($1::uuid, $2)",
};
constexpr db::statement find_password = {
    "own_password_find",
    "select tocsin.find_password($1::uuid) as hash",
};
constexpr db::statement change = {
    "own_password_change",
    "select tocsin.change_password($1::uuid, $2, $3, $4) as changed",
};
constexpr db::statement change_name = {
    "own_name_change",
    "select tocsin.change_name($1::uuid, $2)",
};
constexpr db::statement has_reset = {
    "own_password_has_reset",
    "select tocsin.has_password_reset($1) as open",
};
constexpr db::statement accept_reset = {
    "own_password_accept_reset",
    "select tocsin.accept_password_reset($2, $1) as done",
};

session_info read_session(db::row const& from) {
    return {
        from.get<session_id>("session_id"),
        from.get<bool>("is_current"),
        from.text("address"),
        from.text("user_agent"),
        from.get<timestamp>("created_at"),
        from.get<timestamp>("last_seen_at"),
    };
}

error invalid_password(std::string_view field, std::string why) {
    return {errc::invalid, why, {{std::string(field), why}}};
}

error no_reset() {
    return {
        errc::not_found,
        "This link does not work. It was used, has expired, or is incomplete. Ask your Tocsin operator for a new one."
    };
}

/// Without a session, the audit log gets the address here, and the account from the link.
db::tenant tenant_at(std::string const& address) {
    db::actor actor;
    actor.kind = "user";
    actor.address = address;
    return {std::nullopt, std::move(actor)};
}

}  // namespace

async::task<std::vector<session_info>> own_account::sessions(principal actor) {
    co_return co_await gateway_.transact(
        db::no_tenant,
        [id = actor.user.value(),
         limits = limits_,
         current = as_stored(actor.session_hash)](db::transaction& tx) {
            auto const rows = tx.run(
                list_sessions,
                id,
                std::int64_t{limits.idle.count()},
                std::int64_t{limits.max.count()},
                current
            );
            return read_all(rows, read_session);
        }
    );
}

async::task<result<>> own_account::end_session(principal actor, session_id id) {
    bool const ended =
        co_await gateway_.transact(tenant_of(actor), [user = actor.user.value(), id](db::transaction& tx) {
            return tx.run(end_one, user, id)[0].get<bool>("ended");
        });
    if (!ended) co_return error{errc::not_found, "There is no such session."};
    co_return result<>();
}

async::task<> own_account::end_other_sessions(principal actor) {
    co_await gateway_.transact(
        tenant_of(actor),
        [user = actor.user.value(), kept = as_stored(actor.session_hash)](db::transaction& tx) {
            tx.run(end_others, user, kept);
        }
    );
}

async::task<result<>> own_account::change_password(principal actor, secret current, secret wanted) {
    if (auto problem = password_problem(wanted, {actor.email, actor.name}))
        co_return invalid_password("new", *problem);
    auto const user = actor.user.value();
    auto const counts = counts_of_password(user);
    auto const stored =
        co_await gateway_.transact(db::no_tenant, [user, counts](db::transaction& tx) -> result<std::string> {
            if (auto const charged = charge(tx, counts); !charged) return charged.error();
            return tx.run(find_password, user)[0].text("hash");
        });
    if (!stored) co_return stored.error();
    auto const matches = co_await hashing_.verify(*stored, std::move(current));
    if (!matches) {
        co_await gateway_.transact(db::no_tenant, [counts](db::transaction& tx) { refund(tx, counts); });
        co_return matches.error();
    }
    if (!*matches) co_return invalid_password("current", "This is not your current password.");
    auto const hashed = co_await hashing_.hash(std::move(wanted));
    if (!hashed) co_return hashed.error();
    bool const changed = co_await gateway_.transact(
        tenant_of(actor),
        [user, counts, old = *stored, hash = *hashed, kept = as_stored(actor.session_hash)](
            db::transaction& tx
        ) {
            clear(tx, counts);
            return tx.run(change, user, old, hash, kept)[0].get<bool>("changed");
        }
    );
    if (!changed)
        co_return error{
            errc::conflict, "Your password has just been changed elsewhere. Sign in again with the new one."
        };
    co_return result<>();
}

async::task<> own_account::rename(principal actor, std::string name) {
    co_await gateway_.transact(tenant_of(actor), [user = actor.user.value(), name](db::transaction& tx) {
        tx.run(change_name, user, name);
    });
}

async::task<result<>> own_account::reset_password(secret token, secret wanted, std::string address) {
    if (!looks_like_session_token(token.reveal())) co_return no_reset();
    auto const hash = token_hash(token);
    auto const open = co_await gateway_.transact(
        db::no_tenant,
        [hash, counts = counts_of_links(network_group(address))](db::transaction& tx) -> result<> {
            if (auto const charged = charge(tx, counts); !charged) return charged.error();
            if (!tx.run(has_reset, hash)[0].get<bool>("open")) return no_reset();
            refund(tx, counts);
            return {};
        }
    );
    if (!open) co_return open.error();
    if (auto problem = password_problem(wanted)) co_return invalid_password("password", *problem);
    auto const hashed = co_await hashing_.hash(std::move(wanted));
    if (!hashed) co_return hashed.error();
    bool const done =
        co_await gateway_.transact(tenant_at(address), [hash, stored = *hashed](db::transaction& tx) {
            return tx.run(accept_reset, stored, hash)[0].get<bool>("done");
        });
    if (!done) co_return no_reset();
    co_return result<>();
}

}  // namespace tocsin::identity
