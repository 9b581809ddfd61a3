#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/password.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/api_token.hpp>
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

byte_string hash_of(secret const& token) {
    auto const digest = crypto::sha256(token.reveal());
    return {digest.begin(), digest.end()};
}

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

async::task<result<signed_in>> accounts::sign_in(
    std::string email, secret password, std::string address, std::string user_agent
) {
    auto const network = network_group(address);
    if (auto const wait = throttle_.charge(email, network, sign_in_throttle::steady::now())) {
        co_return error{
            errc::rate_limited,
            "Too many failed attempts. Try again in " + std::to_string(wait->count()) + " s."
        };
    }
    try {
        auto outcome = co_await judge(email, std::move(password), std::move(address), std::move(user_agent));
        if (outcome)
            throttle_.succeeded(email, network);
        else if (outcome.error().code != errc::unauthenticated)
            throttle_.refund(email, network);
        co_return outcome;
    } catch (...) {
        throttle_.refund(email, network);
        throw;
    }
}

async::task<result<signed_in>> accounts::judge(
    std::string email, secret password, std::string address, std::string user_agent
) {
    auto const found = co_await gateway_.transact(db::no_tenant, [email](db::transaction& tx) {
        std::optional<login> known;
        auto const rows = tx.run(find_login, email);
        if (auto const row = rows.first()) {
            known = login{
                row->get<user_id>("user_id"),
                row->text("email"),
                row->text("name"),
                row->text("password_hash")
            };
        }
        return known;
    });
    // The same work whether or not the address is known: the time taken tells nothing.
    auto const right =
        co_await hashing_.verify(found ? found->password_hash : nobodys_hash_, std::move(password));
    if (!right) co_return right.error();
    if (!found || !*right) co_return wrong_credentials();

    auto token = crypto::random_token();
    auto const hash = hash_of(token);
    co_await gateway_.transact(
        db::no_tenant,
        [id = found->id,
         hash,
         address = std::move(address),
         agent = repaired(user_agent, user_agent_max_bytes)](db::transaction& tx) {
            tx.run(start_session, id, address, agent, hash);
        }
    );
    principal who{
        found->id,
        found->email,
        shown_name(found->name, found->email),
        std::string(as_text(hash)),
        std::nullopt
    };
    co_return signed_in{std::move(token), std::move(who)};
}

std::chrono::seconds accounts::sign_in_wait(std::string_view email, std::string_view address) const {
    return throttle_.wait(email, network_group(address), sign_in_throttle::steady::now());
}

async::task<> accounts::sign_out(std::string session_hash) {
    auto const bytes = as_bytes(session_hash);
    byte_string const hash(bytes.begin(), bytes.end());
    co_await gateway_.transact(db::no_tenant, [hash](db::transaction& tx) { tx.run(end_session, hash); });
}

async::task<std::optional<identified>> accounts::find_session(
    secret session_token, std::optional<std::string> organization_slug
) {
    if (!looks_like_session_token(session_token.reveal())) co_return std::nullopt;
    auto const hash = hash_of(session_token);
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
        [hash = hash_of(token), slug = std::move(organization_slug)](db::transaction& tx) {
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
