#include "read_all.hpp"
#include "role_column.hpp"
#include "token_hash.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/attempt_throttle.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/identity/network_group.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_open = {
    "invitations_list",
    R"(select invitation_id, email, role, invited_by_name, created_at, expires_at from tocsin.invitations
        where organization_id = $1::uuid and accepted_at is null and revoked_at is null
          and ($2::uuid is null or invitation_id < $2::uuid)
        order by invitation_id desc limit $3::bigint)",
};
constexpr db::statement is_member = {
    "invitations_is_member",
    R"(select exists (select from tocsin.members m join tocsin.users u on u.user_id = m.user_id
                       where m.organization_id = $1::uuid and lower(u.email) = lower($2)) as found)",
};
constexpr db::statement revoke_of_address = {
    "invitations_revoke_of_address",
    R"(update tocsin.invitations set revoked_at = tocsin.now()
        where organization_id = $1::uuid and lower(email) = lower($2) and accepted_at is null and revoked_at is null)",
};
constexpr db::statement insert_invitation = {
    "invitations_insert",
    R"(insert into tocsin.invitations
              (organization_id, invitation_id, email, role, invited_by, invited_by_token, invited_by_name, expires_at, token_hash)
       values ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6::uuid, $7, tocsin.now() + $8::bigint * interval '1 millisecond', $9)
       returning invitation_id, email, role, invited_by_name, created_at, expires_at)",
};
constexpr db::statement revoke_one = {
    "invitations_revoke",
    R"(update tocsin.invitations set revoked_at = tocsin.now()
        where organization_id = $1::uuid and invitation_id = $2::uuid and accepted_at is null and revoked_at is null)",
};
constexpr db::statement find_open = {
    "invitations_find_open",
    R"(select organization_slug, organization_name, email, role, expires_at, account_id, account_name
         from tocsin.find_invitation($1))",
};
constexpr db::statement accept_one = {
    "invitations_accept",
    "select tocsin.accept_invitation($4, $1::uuid, $2, $3) as organization",
};

invitation read_invitation(db::row const& from) {
    return {
        from.get<invitation_id>("invitation_id"),
        from.text("email"),
        read_role(from),
        from.text("invited_by_name"),
        from.get<timestamp>("created_at"),
        from.get<timestamp>("expires_at"),
    };
}

error no_invitation() {
    return {
        errc::not_found,
        "This invitation does not work. It was used, withdrawn, or has expired, or the link is incomplete. Ask for a new one."
    };
}

error already_invited(db::constraint_violation const& why) {
    if (why.constraint != "invitations_open_key") throw why;
    return {errc::conflict, "This person has just been invited."};
}

/// Another request was faster.
error conflict_of(db::constraint_violation const& why) {
    if (why.constraint == "users_email_key")
        return {errc::conflict, "An account with this address has just been created. Open the link again."};
    if (why.constraint == "members_one_owner")
        return {errc::conflict, "This organization has an owner already."};
    throw why;
}

}  // namespace

invitations::invitations(db::pool& gateway, accounts& people, password_worker& hashing, clock const& time)
    : gateway_(gateway), accounts_(people), hashing_(hashing), clock_(time) {}

async::task<std::vector<invitation>> invitations::list(
    organization_id org, std::optional<invitation_id> before, std::int64_t limit
) {
    co_return co_await gateway_.transact(org, [org, before, limit](db::transaction& tx) {
        return read_all(tx.run(list_open, org, before, limit), read_invitation);
    });
}

async::task<result<created_invitation>> invitations::create(
    organization_id org, principal actor, std::string email, role wanted
) {
    if (!is_email(email))
        co_return error{
            errc::invalid, "The email address is malformed.", {{"email", "must be an email address"}}
        };
    if (!is_assignable(wanted))
        co_return error{
            errc::invalid,
            "An invitation cannot make someone the owner. Transfer the ownership to a member instead.",
            {{"role", "must not be owner"}}
        };
    invitation_id const id{crypto::uuid_v7(clock_.now())};
    auto token = crypto::random_token();
    auto const work = [org, id, actor, email, wanted, hash = token_hash(token)](db::transaction& tx
                      ) -> result<invitation> {
        if (tx.run(is_member, org, email)[0].get<bool>("found"))
            return error{errc::conflict, "This person is a member already."};
        if (auto const charged = charge(tx, counts_of_invitations(org)); !charged) return charged.error();
        tx.run(revoke_of_address, org, email);
        auto const& invited_by = actor.user ? actor.email : actor.name;
        std::chrono::milliseconds const life = invitation_life;
        auto const rows = tx.run(
            insert_invitation, org, id, email, wanted, actor.user, actor.token, invited_by, life, hash
        );
        return read_invitation(rows[0]);
    };
    auto created = co_await gateway_.transact_result(tenant_of(org, actor), work, already_invited);
    if (!created) co_return created.error();
    co_return created_invitation{std::move(*created), std::move(token)};
}

async::task<result<>> invitations::revoke(organization_id org, principal actor, invitation_id id) {
    auto const revoked = co_await gateway_.transact(tenant_of(org, actor), [org, id](db::transaction& tx) {
        return tx.run(revoke_one, org, id).affected();
    });
    if (revoked == 0) co_return error{errc::not_found, "There is no such invitation."};
    co_return result<>();
}

async::task<result<invitation_view>> invitations::look_up(secret token, std::string address) {
    if (!looks_like_session_token(token.reveal())) co_return no_invitation();
    co_return co_await gateway_.transact(
        db::no_tenant,
        [hash = token_hash(token),
         counts = counts_of_links(network_group(address))](db::transaction& tx) -> result<invitation_view> {
            if (auto const charged = charge(tx, counts); !charged) return charged.error();
            auto const rows = tx.run(find_open, hash);
            auto const row = rows.first();
            if (!row) return no_invitation();
            refund(tx, counts);
            return invitation_view{
                row->text("organization_slug"),
                row->text("organization_name"),
                row->text("email"),
                read_role(*row),
                row->get<timestamp>("expires_at"),
                row->get<std::optional<user_id>>("account_id"),
                row->get<std::optional<std::string>>("account_name").value_or(""),
            };
        }
    );
}

async::task<result<accepted>> invitations::accept(acceptance given) {
    auto invited = co_await look_up(given.token, given.from.address);
    if (!invited) co_return invited.error();
    if (invited->account) co_return co_await accept_existing(std::move(given), std::move(*invited));
    co_return co_await accept_new(std::move(given), std::move(*invited));
}

async::task<result<std::string>> invitations::use(
    byte_string hash,
    user_id user,
    std::string name,
    std::optional<std::string> password_hash,
    principal actor
) {
    auto const work = [hash, user, name, password_hash](db::transaction& tx) -> result<std::string> {
        auto const row = tx.run(accept_one, user, name, password_hash, hash)[0];
        if (row.is_null("organization")) return no_invitation();
        return row.text("organization");
    };
    return gateway_.transact_result(tenant_of(actor), work, conflict_of);
}

async::task<result<accepted>> invitations::accept_new(acceptance given, invitation_view invited) {
    if (!given.password)
        co_return error{
            errc::invalid,
            "This address has no account yet. Choose a password for it.",
            {{"password", "is required: this address has no account yet"}}
        };
    if (auto problem = password_problem(*given.password))
        co_return error{errc::invalid, *problem, {{"password", *problem}}};
    auto const hashed = co_await hashing_.hash(*given.password);
    if (!hashed) co_return hashed.error();
    user_id const id{crypto::uuid_v7(clock_.now())};
    auto const name = given.name.value_or("");
    principal actor;
    actor.user = id;
    actor.email = invited.email;
    actor.address = given.from.address;
    actor.request_id = given.from.request_id;
    auto const organization = co_await use(token_hash(given.token), id, name, *hashed, actor);
    if (!organization) co_return organization.error();
    auto session = co_await accounts_.begin_session(id, invited.email, name, given.from);
    auto principal = session.principal;
    co_return accepted{std::move(principal), *organization, std::move(session)};
}

async::task<result<accepted>> invitations::accept_existing(acceptance given, invitation_view invited) {
    accepted done;
    if (given.signed_in && given.signed_in->user == invited.account) {
        done.principal = *given.signed_in;
    } else if (given.password) {
        given.from.email = invited.email;
        given.from.password = *given.password;
        auto session = co_await accounts_.sign_in(given.from);
        if (!session) co_return session.error();
        done.principal = session->principal;
        done.session = std::move(*session);
    } else if (given.signed_in) {
        co_return error{
            errc::forbidden,
            "This invitation is for " + invited.email +
                ", but you are signed in as another person. Sign in with that address."
        };
    } else {
        co_return error{
            errc::unauthenticated, "This address has an account. Sign in, or give the account's password."
        };
    }
    auto const organization = co_await use(
        token_hash(given.token), *invited.account, invited.account_name, std::nullopt, done.principal
    );
    if (!organization) {
        if (done.session) co_await accounts_.sign_out(done.principal);
        co_return organization.error();
    }
    done.organization_slug = *organization;
    co_return done;
}

}  // namespace tocsin::identity
