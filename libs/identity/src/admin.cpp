#include "token_hash.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement insert_organization = {
    "admin_insert_organization",
    "insert into tocsin.organizations (organization_id, slug, name) values ($1::uuid, $2, $3)",
};
constexpr db::statement find_organization = {
    "admin_find_organization",
    "select organization_id from tocsin.organizations where slug = $1",
};
constexpr db::statement find_user = {
    "admin_find_user",
    "select user_id from tocsin.users where lower(email) = lower($1)",
};
constexpr db::statement insert_user = {
    "admin_insert_user",
    "insert into tocsin.users (user_id, email, name, password_hash) values ($1::uuid, $2, $3, $4)",
};
constexpr db::statement has_members = {
    "admin_has_members",
    "select exists (select from tocsin.members where organization_id = $1::uuid) as found",
};
constexpr db::statement insert_member = {
    "admin_insert_member",
    "insert into tocsin.members (organization_id, user_id, role) values ($1::uuid, $2::uuid, $3)",
};
constexpr db::statement insert_token = {
    "admin_insert_token",
    R"(insert into tocsin.api_tokens (organization_id, token_id, name, role, scopes, expires_at, token_hash)
       values ($1::uuid, $2::uuid, $3, $4, $5::text[], $6::timestamptz, $7))",
};

constexpr db::statement invite_owner = {
    "admin_invite_owner",
    R"(insert into tocsin.invitations (organization_id, invitation_id, email, role, expires_at, token_hash)
       values ($1::uuid, $2::uuid, $3, 'owner', tocsin.now() + $4::bigint * interval '1 millisecond', $5))",
};
constexpr db::statement delete_resets = {
    "admin_delete_password_resets",
    "delete from tocsin.password_resets where user_id = $1::uuid",
};
constexpr db::statement insert_reset = {
    "admin_insert_password_reset",
    R"(insert into tocsin.password_resets (user_id, expires_at, token_hash)
       values ($1::uuid, tocsin.now() + $2::bigint * interval '1 millisecond', $3))",
};
constexpr db::statement note_reset = {
    "admin_note_password_reset",
    R"(select tocsin.note(organization_id, 'operator', 'password.reset_made', 'member', user_id, null, null, null)
         from tocsin.members where user_id = $1::uuid)",
};

constexpr std::size_t name_max_bytes = 200;

error invalid(std::string field, std::string message) {
    auto detail = message;
    return {errc::invalid, std::move(detail), {{std::move(field), std::move(message)}}};
}

error no_organization(std::string const& slug) {
    return {
        errc::not_found,
        "There is no organization " + slug + ". Create it with: tocsin org create " + slug + " --name NAME"
    };
}

std::optional<error> slug_problem(std::string const& slug) {
    if (is_slug(slug)) return std::nullopt;
    return invalid("slug", "A slug has 1 to 63 characters of a-z, 0-9, and inner dashes.");
}

std::optional<error> name_problem(std::string const& name, std::size_t min) {
    if (name.size() >= min && name.size() <= name_max_bytes && is_utf8(name) &&
        printable(name, name.size()) == name)
        return std::nullopt;
    return invalid(
        "name", "A name has " + std::to_string(min) + " to 200 bytes of UTF-8 without control characters."
    );
}

std::optional<organization_id> organization_of(db::transaction& tx, std::string const& slug) {
    auto const rows = tx.run(find_organization, slug);
    auto const row = rows.first();
    return row ? std::optional(row->get<organization_id>("organization_id")) : std::nullopt;
}

std::optional<user_id> user_of(db::transaction& tx, std::string const& email) {
    auto const rows = tx.run(find_user, email);
    auto const row = rows.first();
    return row ? std::optional(row->get<user_id>("user_id")) : std::nullopt;
}

/// The errors of known constraints. Other violations are bugs.
error conflict_of(db::constraint_violation const& why, std::string const& slug) {
    if (why.constraint == "organizations_slug_key")
        return {errc::conflict, "The organization " + slug + " exists already."};
    if (why.constraint == "members_one_owner")
        return {errc::conflict, "The organization " + slug + " has an owner already."};
    if (why.constraint == "members_pkey")
        return {errc::conflict, "This person is a member of " + slug + " already."};
    if (why.constraint == "users_email_key")
        return {errc::conflict, "This account has just been created. Try again."};
    throw why;
}

}  // namespace

bool is_email(std::string_view text) noexcept {
    auto const at = text.find('@');
    bool const is_well_formed = text.size() >= 3 && text.size() <= 254 && at != std::string_view::npos &&
                                at > 0 && at + 1 < text.size() &&
                                text.find('@', at + 1) == std::string_view::npos;
    return is_well_formed && is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
           });
}

admin::admin(db::pool& operators, password_worker& hashing, clock const& time)
    : operators_(operators), hashing_(hashing), clock_(time) {}

async::task<result<created_organization>> admin::create_organization(
    std::string slug, std::string name, std::optional<std::string> owner_email
) {
    if (auto bad = slug_problem(slug)) co_return *bad;
    if (auto bad = name_problem(name, 1)) co_return *bad;
    if (owner_email && !is_email(*owner_email))
        co_return invalid("owner", "This is not an email address: " + printable(*owner_email, 254));
    auto const now = clock_.now();
    organization_id const id{crypto::uuid_v7(now)};
    uuid const invitation = crypto::uuid_v7(now);
    auto token = crypto::random_token();
    auto const work = [id, slug, name, owner_email, invitation, hash = token_hash(token)](db::transaction& tx
                      ) -> result<bool> {
        tx.run(insert_organization, id, slug, name);
        if (!owner_email) return false;
        if (auto const owner = user_of(tx, *owner_email)) {
            tx.run(insert_member, id, *owner, role::owner);
            return false;
        }
        std::chrono::milliseconds const life = invitation_life;
        tx.run(invite_owner, id, invitation, *owner_email, life, hash);
        return true;
    };
    auto const invited = co_await operators_.transact_result(
        db::no_tenant, work, [slug](db::constraint_violation const& why) { return conflict_of(why, slug); }
    );
    if (!invited) co_return invited.error();
    created_organization created{id, std::nullopt};
    if (*invited) created.owner_invitation = std::move(token);
    co_return created;
}

async::task<result<secret>> admin::create_password_reset(std::string email) {
    auto token = crypto::random_token();
    bool const known =
        co_await operators_.transact(db::no_tenant, [email, hash = token_hash(token)](db::transaction& tx) {
            auto const user = user_of(tx, email);
            if (!user) return false;
            tx.run(delete_resets, *user);
            std::chrono::milliseconds const life = password_reset_life;
            tx.run(insert_reset, *user, life, hash);
            tx.run(note_reset, *user);
            return true;
        });
    if (!known)
        co_return error{
            errc::not_found, "There is no account with the address " + printable(email, 254) + "."
        };
    co_return token;
}

async::task<result<account_kind>> admin::add_member(new_member added) {
    if (!is_email(added.email))
        co_return invalid("email", "This is not an email address: " + printable(added.email, 254));
    if (auto bad = name_problem(added.name, 0)) co_return *bad;
    auto const known = co_await operators_.transact(
        db::no_tenant, [email = added.email](db::transaction& tx) { return user_of(tx, email); }
    );
    std::string hashed;
    if (!known) {
        if (auto problem = password_problem(added.password, {added.email, added.name}))
            co_return invalid("password", *problem);
        auto hash = co_await hashing_.hash(added.password);
        if (!hash) co_return hash.error();
        hashed = std::move(*hash);
    }
    user_id const id = known ? *known : user_id{crypto::uuid_v7(clock_.now())};
    auto const& slug = added.organization_slug;
    auto const work = [id, slug, hashed, email = added.email, name = added.name, role = added.role](
                          db::transaction& tx
                      ) -> result<account_kind> {
        auto const organization = organization_of(tx, slug);
        if (!organization) return no_organization(slug);
        bool const is_first = !(*tx.run(has_members, *organization).begin()).get<bool>("found");
        if (is_first && role != role::owner) {
            return error{
                errc::conflict,
                "The organization " + slug +
                    " has no members yet. The first member must be the owner (--role owner)."
            };
        }
        if (!hashed.empty()) tx.run(insert_user, id, email, name, hashed);
        tx.run(insert_member, *organization, id, role);
        return hashed.empty() ? account_kind::existing : account_kind::created;
    };
    co_return co_await operators_.transact_result(
        db::no_tenant, work, [slug](db::constraint_violation const& why) { return conflict_of(why, slug); }
    );
}

async::task<result<secret>> admin::create_token(std::string organization_slug, new_token wanted) {
    if (auto bad = name_problem(wanted.name, 1)) co_return *bad;
    auto const now = clock_.now();
    if (auto bad = problem_of(wanted, now)) co_return *bad;
    token_id const id{crypto::uuid_v7(now)};
    auto token = make_api_token(id);
    auto const created = co_await operators_.transact(
        db::no_tenant,
        [id, slug = organization_slug, wanted, hash = token_hash(token)](db::transaction& tx) -> result<> {
            auto const organization = organization_of(tx, slug);
            if (!organization) return no_organization(slug);
            tx.run(
                insert_token,
                *organization,
                id,
                wanted.name,
                wanted.role,
                wanted.scopes,
                wanted.expires_at,
                hash
            );
            return {};
        }
    );
    if (!created) co_return created.error();
    co_return token;
}

async::task<result<organization_id>> find_organization_by_slug(db::pool& operators, std::string slug) {
    return operators.transact(db::no_tenant, [slug](db::transaction& tx) -> result<organization_id> {
        auto const found = organization_of(tx, slug);
        if (!found) return no_organization(slug);
        return *found;
    });
}

}  // namespace tocsin::identity
