#include "read_all.hpp"
#include "role_column.hpp"
#include "token_hash.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/password.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/identity/attempt_throttle.hpp>
#include <tocsin/identity/network_group.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement find_login = {
    "identity_find_login",
    // The same lower() as in find_login, which is not ASCII's: every text that finds an account has its key.
    R"(select lower($1::text) as account_key, l.user_id, l.email, l.name, l.password_hash
         from (select) as always left join tocsin.find_login($1) l on true)",
};
constexpr db::statement start_session = {
    "identity_start_session",
    "select tocsin.start_session($4, $1::uuid, $2, $3)",
};
// Without waiting for the disk, because waiting for known accounts alone would reveal them.
constexpr db::statement commit_without_waiting = {
    "identity_commit_without_waiting",
    "select set_config('synchronous_commit', 'off', true)",
};
constexpr db::statement note_refused_sign_in = {
    "identity_note_refused_sign_in",
    "select tocsin.note_refused_sign_in($1::uuid, $2)",
};
constexpr db::statement end_session = {
    "identity_end_session",
    "select tocsin.end_session($1)",
};
constexpr db::statement is_known_device = {
    "identity_is_known_device",
    "select tocsin.is_known_device($1::uuid, $2) as known",
};
constexpr db::statement remember_device = {
    "identity_remember_device",
    "select tocsin.remember_device($1::uuid, $2)",
};
constexpr db::statement rehash_password = {
    "identity_rehash_password",
    "select tocsin.rehash_password($1::uuid, $2, $3)",
};
constexpr db::statement find_session_statement = {
    "identity_find_session",
    R"(select user_id, email, name
         from tocsin.find_session($3, make_interval(secs => $1::bigint / 1000.0),
                                  make_interval(secs => $2::bigint / 1000.0)))",
};
constexpr db::statement check_session_statement = {
    "identity_check_session",
    R"(select user_id, email, name
         from tocsin.check_session($3, make_interval(secs => $1::bigint / 1000.0),
                                   make_interval(secs => $2::bigint / 1000.0)))",
};
constexpr db::statement find_api_token_statement = {
    "identity_find_api_token",
    R"(select organization_id, organization_slug, organization_name, token_id, role, token_name, scopes
         from tocsin.find_api_token($1))",
};
constexpr db::statement list_organizations = {
    "identity_organizations_of",
    "select organization_id, slug, name, role from tocsin.organizations_of($1::uuid)",
};

constexpr std::size_t user_agent_max_bytes = 300;

std::string display_name(std::string const& name, std::string const& email) {
    return name.empty() ? email : name;
}

membership read_membership(db::row const& from) {
    return {
        from.get<organization_id>("organization_id"), from.text("slug"), from.text("name"), read_role(from)
    };
}

error wrong_credentials() {
    return {errc::unauthenticated, "The email address or the password is wrong."};
}

struct login {
    user_id id;
    std::string email;
    std::string name;
    std::string password_hash;
};

/// What is known before the password is verified.
struct login_lookup {
    std::optional<login> account;
    bool device_is_known = false;
    attempt_counts counts;
    result<> charged;
};

std::optional<login> read_login(db::row const& row) {
    auto const id = row.get<std::optional<user_id>>("user_id");
    if (!id) return std::nullopt;
    return login{*id, row.text("email"), row.text("name"), row.text("password_hash")};
}

/// Runs the same statements for known and unknown addresses.
login_lookup look_up(
    db::transaction& tx,
    std::string const& email,
    std::string const& network,
    std::optional<byte_string> const& device,
    timestamp now
) {
    auto const rows = tx.run(find_login, email);
    auto const row = rows[0];
    login_lookup found{read_login(row), false, counts_of_sign_in(row.text("account_key"), network, now), {}};
    if (device) {
        auto const user = found.account ? found.account->id : user_id{};
        found.device_is_known = tx.run(is_known_device, user, *device)[0].get<bool>("known");
        if (found.device_is_known) found.counts = counts_of_known_device(user, as_text(*device));
    }
    found.charged = charge(tx, found.counts);
    return found;
}

/// Runs the same statements for known and unknown addresses.
async::task<> note_refusal(
    db::pool& gateway, std::optional<user_id> user, std::string address, std::string request_id
) {
    db::actor by;
    by.kind = "system";
    by.address = address;
    by.request_id = std::move(request_id);
    co_await gateway.transact(
        db::tenant(std::nullopt, std::move(by)),
        [user, address = std::move(address)](db::transaction& tx) {
            tx.run(commit_without_waiting);
            tx.run(note_refused_sign_in, user, address);
        }
    );
}

}  // namespace

bool looks_like_session_token(std::string_view text) noexcept {
    constexpr std::size_t chars = 43;  // 256 bits as base64url
    return text.size() == chars && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

accounts::accounts(db::pool& gateway, password_worker& hashing, session_limits limits)
    : gateway_(gateway),
      hashing_(hashing),
      limits_(limits),
      dummy_hash_(crypto::hash_password(crypto::random_token())) {}

async::task<result<signed_in>> accounts::sign_in(sign_in_attempt attempt) {
    std::optional<byte_string> device;
    if (attempt.device && looks_like_session_token(attempt.device->reveal()))
        device = token_hash(*attempt.device);
    auto const found = co_await gateway_.transact(
        db::no_tenant,
        [email = attempt.email, network = network_group(attempt.address), device, now = system_clock().now()](
            db::transaction& tx
        ) { return look_up(tx, email, network, device, now); }
    );
    if (!found.charged) co_return found.charged.error();

    // The same work for known and unknown addresses, so that the time taken reveals nothing.
    auto const& stored = found.account ? found.account->password_hash : dummy_hash_;
    auto const matches = co_await hashing_.verify(stored, attempt.password);
    if (!matches) {
        co_await gateway_.transact(db::no_tenant, [counts = found.counts](db::transaction& tx) {
            refund(tx, counts);
        });
        co_return matches.error();
    }
    if (!found.account || !*matches) {
        auto const user = found.account ? std::optional(found.account->id) : std::nullopt;
        co_await note_refusal(gateway_, user, std::move(attempt.address), std::move(attempt.request_id));
        co_return wrong_credentials();
    }

    co_await gateway_.transact(db::no_tenant, [counts = found.counts](db::transaction& tx) {
        clear(tx, counts);
    });
    if (crypto::needs_rehash(stored)) co_await rehash(found.account->id, stored, attempt.password);
    if (!found.device_is_known) attempt.device.reset();
    co_return co_await begin_session(found.account->id, found.account->email, found.account->name, attempt);
}

/// A failure does not affect the sign-in.
async::task<> accounts::rehash(user_id user, std::string stored, secret password) {
    auto const stronger = co_await hashing_.hash(std::move(password));
    if (!stronger) co_return;
    co_await gateway_.transact(db::no_tenant, [user, stored, stronger = *stronger](db::transaction& tx) {
        tx.run(rehash_password, user, stored, stronger);
    });
}

async::task<signed_in> accounts::begin_session(
    user_id user, std::string email, std::string name, sign_in_attempt const& from
) {
    signed_in session{crypto::random_token(), {}, std::nullopt};
    auto const hash = token_hash(session.session_token);
    auto device = from.device;
    if (!device) device = session.device = crypto::random_token();
    auto& principal = session.principal;
    principal.user = user;
    principal.name = display_name(name, email);
    principal.email = std::move(email);
    principal.session_hash = std::string(as_text(hash));
    principal.address = from.address;
    principal.request_id = from.request_id;
    co_await gateway_.transact(
        tenant_of(principal),
        [user,
         hash,
         device = token_hash(*device),
         address = from.address,
         agent = repaired(from.user_agent, user_agent_max_bytes)](db::transaction& tx) {
            tx.run(start_session, user, address, agent, hash);
            tx.run(remember_device, user, device);
        }
    );
    co_return session;
}

async::task<> accounts::sign_out(principal const& actor) {
    co_await gateway_.transact(tenant_of(actor), [hash = as_stored(actor.session_hash)](db::transaction& tx) {
        tx.run(end_session, hash);
    });
}

async::task<> accounts::sign_out(std::string session_hash) {
    co_await gateway_.transact(db::no_tenant, [hash = as_stored(session_hash)](db::transaction& tx) {
        tx.run(end_session, hash);
    });
}

async::task<std::optional<identified>> accounts::find_session(
    secret session_token, std::optional<std::string> organization_slug
) {
    return find_session(find_session_statement, std::move(session_token), std::move(organization_slug));
}

async::task<std::optional<identified>> accounts::check_session(
    secret session_token, std::optional<std::string> organization_slug
) {
    return find_session(check_session_statement, std::move(session_token), std::move(organization_slug));
}

async::task<std::optional<identified>> accounts::find_session(
    db::statement const& find, secret session_token, std::optional<std::string> organization_slug
) {
    if (!looks_like_session_token(session_token.reveal())) co_return std::nullopt;
    auto const hash = token_hash(session_token);
    co_return co_await gateway_.transact(
        db::no_tenant,
        [&find, hash, limits = limits_, slug = std::move(organization_slug)](db::transaction& tx) {
            std::optional<identified> found;
            auto const sessions =
                tx.run(find, std::int64_t{limits.idle.count()}, std::int64_t{limits.max.count()}, hash);
            auto const session = sessions.first();
            if (!session) return found;
            auto const id = session->get<user_id>("user_id");
            auto const email = session->text("email");
            found.emplace();
            auto& principal = found->principal;
            principal.user = id;
            principal.email = email;
            principal.name = display_name(session->text("name"), email);
            principal.session_hash = std::string(as_text(hash));
            if (!slug) return found;
            for (auto const& row : tx.run(list_organizations, id)) {
                if (row.text("slug") == *slug) found->member = read_membership(row);
            }
            return found;
        }
    );
}

async::task<std::optional<identified>> accounts::find_api_token(
    secret token, std::optional<std::string> organization_slug
) {
    if (!looks_like_api_token(token.reveal())) co_return std::nullopt;
    co_return co_await gateway_.transact(
        db::no_tenant,
        [hash = token_hash(token), slug = std::move(organization_slug)](db::transaction& tx) {
            std::optional<identified> found;
            auto const rows = tx.run(find_api_token_statement, hash);
            auto const row = rows.first();
            if (!row) return found;
            found.emplace();
            auto const organization = row->get<organization_id>("organization_id");
            auto const own_slug = row->text("organization_slug");
            found->principal.name = row->text("token_name");
            found->principal.token_organization = organization;
            found->principal.token = row->get<token_id>("token_id");
            if (!slug || *slug == own_slug) {
                auto const rights = rights_of(read_token_role(*row));
                found->member = membership{organization, own_slug, row->text("organization_name"), rights};
            }
            if (read_token_role(*row) == token_role::deployer) found->scopes = read_scopes(*row);
            return found;
        }
    );
}

async::task<std::vector<membership>> accounts::organizations_of(user_id user) {
    co_return co_await gateway_.transact(db::no_tenant, [user](db::transaction& tx) {
        return read_all(tx.run(list_organizations, user), read_membership);
    });
}

}  // namespace tocsin::identity
