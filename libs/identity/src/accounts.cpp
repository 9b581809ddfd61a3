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
    "select user_id, email, name, password_hash from tocsin.find_login($1)",
};
constexpr db::statement start_session = {
    "identity_start_session",
    "select tocsin.start_session($4, $1::uuid, $2, $3)",
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
    "select user_id, email, name from tocsin.find_session($3, make_interval(secs => $1::bigint / 1000.0), "
    "make_interval(secs => $2::bigint / 1000.0))",
};
constexpr db::statement find_api_token_statement = {
    "identity_find_api_token",
    "select organization_id, organization_slug, organization_name, token_id, role, token_name from "
    "tocsin.find_api_token($1)",
};
constexpr db::statement list_organizations = {
    "identity_organizations_of",
    "select organization_id, slug, name, role from tocsin.organizations_of($1::uuid)",
};

constexpr std::size_t user_agent_max_bytes = 300;

std::string shown_name(std::string const& name, std::string const& email) {
    return name.empty() ? email : name;
}

role role_of(std::string const& text) {
    auto const found = parse_role(text);
    if (!found) throw std::logic_error("the database has a role that the program does not know: " + text);
    return *found;
}

membership read_membership(db::row const& from) {
    return {
        from.get<organization_id>("organization_id"),
        from.text("slug"),
        from.text("name"),
        role_of(from.text("role"))
    };
}

error wrong_credentials() {
    return {errc::unauthenticated, "E-mail address or password is wrong."};
}

struct login {
    user_id id;
    std::string email;
    std::string name;
    std::string password_hash;
};

/// What is known before the password is looked at.
struct asked {
    std::optional<login> known;
    bool device_known = false;
    attempt_counts counts;
    result<> charged;
};

std::optional<login> login_of(db::transaction& tx, std::string const& email) {
    auto const rows = tx.run(find_login, email);
    auto const row = rows.first();
    if (!row) return std::nullopt;
    return login{
        row->get<user_id>("user_id"), row->text("email"), row->text("name"), row->text("password_hash")
    };
}

/// The same statements whether or not the address is known.
asked ask(
    db::transaction& tx,
    std::string const& email,
    std::string const& network,
    std::optional<byte_string> const& device,
    timestamp now
) {
    asked found{login_of(tx, email), false, counts_of_sign_in(email, network, now), {}};
    if (device) {
        auto const whose = found.known ? found.known->id : user_id{};
        found.device_known = tx.run(is_known_device, whose, *device)[0].get<bool>("known");
        if (found.device_known) found.counts = counts_of_known_device(whose, as_text(*device));
    }
    found.charged = charge(tx, found.counts);
    return found;
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
      nobodys_hash_(crypto::hash_password(crypto::random_token())) {}

async::task<result<signed_in>> accounts::sign_in(sign_in_attempt attempt) {
    std::optional<byte_string> device;
    if (attempt.device && looks_like_session_token(attempt.device->reveal()))
        device = token_hash(*attempt.device);
    auto const found = co_await gateway_.transact(
        db::no_tenant,
        [email = attempt.email, network = network_group(attempt.address), device, now = system_clock().now()](
            db::transaction& tx
        ) { return ask(tx, email, network, device, now); }
    );
    if (!found.charged) co_return found.charged.error();

    // The same work whether or not the address is known: the time taken tells nothing.
    auto const& stored = found.known ? found.known->password_hash : nobodys_hash_;
    auto const right = co_await hashing_.verify(stored, attempt.password);
    if (!right) {
        co_await gateway_.transact(db::no_tenant, [counts = found.counts](db::transaction& tx) {
            refund(tx, counts);
        });
        co_return right.error();
    }
    if (!found.known || !*right) co_return wrong_credentials();

    co_await gateway_.transact(db::no_tenant, [counts = found.counts](db::transaction& tx) {
        forgive(tx, counts);
    });
    if (crypto::needs_rehash(stored)) co_await rehash(found.known->id, stored, attempt.password);
    if (!found.device_known) attempt.device.reset();
    co_return co_await begin_session(found.known->id, found.known->email, found.known->name, attempt);
}

/// Nobody's sign-in fails for it.
async::task<> accounts::rehash(user_id who, std::string stored, secret password) {
    auto const stronger = co_await hashing_.hash(std::move(password));
    if (!stronger) co_return;
    co_await gateway_.transact(db::no_tenant, [who, stored, stronger = *stronger](db::transaction& tx) {
        tx.run(rehash_password, who, stored, stronger);
    });
}

async::task<signed_in> accounts::begin_session(
    user_id who, std::string email, std::string name, sign_in_attempt const& from
) {
    signed_in made{crypto::random_token(), {}, std::nullopt};
    auto const hash = token_hash(made.session_token);
    auto device = from.device;
    if (!device) device = made.device = crypto::random_token();
    made.who.user = who;
    made.who.name = shown_name(name, email);
    made.who.email = std::move(email);
    made.who.session_hash = std::string(as_text(hash));
    made.who.address = from.address;
    made.who.request_id = from.request_id;
    co_await gateway_.transact(
        acting(made.who),
        [who,
         hash,
         device = token_hash(*device),
         address = from.address,
         agent = repaired(from.user_agent, user_agent_max_bytes)](db::transaction& tx) {
            tx.run(start_session, who, address, agent, hash);
            tx.run(remember_device, who, device);
        }
    );
    co_return made;
}

async::task<> accounts::sign_out(principal const& who) {
    co_await gateway_.transact(acting(who), [hash = as_stored(who.session_hash)](db::transaction& tx) {
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
    if (!looks_like_session_token(session_token.reveal())) co_return std::nullopt;
    auto const hash = token_hash(session_token);
    co_return co_await gateway_.transact(
        db::no_tenant,
        [hash, limits = limits_, slug = std::move(organization_slug)](db::transaction& tx) {
            std::optional<identified> found;
            auto const sessions = tx.run(
                find_session_statement,
                std::int64_t{limits.idle.count()},
                std::int64_t{limits.max.count()},
                hash
            );
            auto const session = sessions.first();
            if (!session) return found;
            auto const id = session->get<user_id>("user_id");
            auto const email = session->text("email");
            found.emplace();
            found->who = {
                id, email, shown_name(session->text("name"), email), std::string(as_text(hash)), std::nullopt
            };
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
            found->who.name = row->text("token_name");
            found->who.token_organization = organization;
            found->who.token = row->get<token_id>("token_id");
            if (!slug || *slug == own_slug) {
                found->member = membership{
                    organization, own_slug, row->text("organization_name"), role_of(row->text("role"))
                };
            }
            return found;
        }
    );
}

async::task<std::vector<membership>> accounts::organizations_of(user_id user) {
    co_return co_await gateway_.transact(db::no_tenant, [user](db::transaction& tx) {
        std::vector<membership> all;
        for (auto const& row : tx.run(list_organizations, user)) all.push_back(read_membership(row));
        return all;
    });
}

}  // namespace tocsin::identity
