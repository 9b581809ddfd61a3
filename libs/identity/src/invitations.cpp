#include "token_hash.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/attempt_throttle.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/identity/network_group.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <stdexcept>
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

role role_in(db::row const& from) {
    auto const found = parse_role(from.text("role"));
    if (!found) throw std::logic_error("the database has a role that the program does not know");
    return *found;
}

invitation read_invitation(db::row const& from) {
    return {
        from.get<invitation_id>("invitation_id"),
        from.text("email"),
        role_in(from),
        from.text("invited_by_name"),
        from.get<timestamp>("created_at"),
        from.get<timestamp>("expires_at"),
    };
}

error no_invitation() {
    return {
        errc::not_found,
        "This invitation does not work: it was used, withdrawn or has run out, or the link is not whole. Ask "
        "for "
        "another one."
    };
}

error already_invited(db::constraint_violation const& why) {
    if (why.constraint != "invitations_open_key") throw why;
    return {errc::conflict, "This person was invited a moment ago."};
}

error taken_meanwhile(db::constraint_violation const& why) {
    if (why.constraint == "users_email_key")
        return {errc::conflict, "An account with this address was made a moment ago. Open the link again."};
    if (why.constraint == "members_one_owner")
        return {errc::conflict, "This organization has its owner already."};
    throw why;
}

}  // namespace

invitations::invitations(db::pool& gateway, accounts& people, password_worker& hashing, clock const& time)
    : gateway_(gateway), accounts_(people), hashing_(hashing), clock_(time) {}

async::task<std::vector<invitation>> invitations::list(
    organization_id of, std::optional<invitation_id> before, std::int64_t limit
) {
    co_return co_await gateway_.transact(of, [of, before, limit](db::transaction& tx) {
        std::vector<invitation> found;
        for (auto const& row : tx.run(list_open, of, before, limit)) found.push_back(read_invitation(row));
        return found;
    });
}

async::task<result<made_invitation>> invitations::create(
    organization_id of, principal by, std::string email, role as
) {
    if (!is_email(email))
        co_return error{
            errc::invalid, "This is no e-mail address.", {{"email", "must be an e-mail address"}}
        };
    if (as == role::owner)
        co_return error{
            errc::invalid, "The ownership is handed over to a member.", {{"role", "must not be owner"}}
        };
    invitation_id const id{crypto::uuid_v7(clock_.now())};
    auto token = crypto::random_token();
    auto const work = [of, id, by, email, as, hash = token_hash(token)](db::transaction& tx
                      ) -> result<invitation> {
        if (tx.run(is_member, of, email)[0].get<bool>("found"))
            return error{errc::conflict, "This person is a member already."};
        if (auto const go = charge(tx, counts_of_invitations(of)); !go) return go.error();
        tx.run(revoke_of_address, of, email);
        auto const& by_name = by.user ? by.email : by.name;
        std::chrono::milliseconds const life = invitation_life;
        return read_invitation(
            tx.run(insert_invitation, of, id, email, as, by.user, by.token, by_name, life, hash)[0]
        );
    };
    auto made = co_await gateway_.transact_result(acting(of, by), work, already_invited);
    if (!made) co_return made.error();
    co_return made_invitation{std::move(*made), std::move(token)};
}

async::task<result<>> invitations::revoke(organization_id of, principal by, invitation_id id) {
    auto const done = co_await gateway_.transact(acting(of, by), [of, id](db::transaction& tx) {
        return tx.run(revoke_one, of, id).affected();
    });
    if (done == 0) co_return error{errc::not_found, "There is no such invitation."};
    co_return result<>();
}

async::task<result<invitation_view>> invitations::look_up(secret token, std::string address) {
    if (!looks_like_session_token(token.reveal())) co_return no_invitation();
    co_return co_await gateway_.transact(
        db::no_tenant,
        [hash = token_hash(token),
         counts = counts_of_links(network_group(address))](db::transaction& tx) -> result<invitation_view> {
            if (auto const go = charge(tx, counts); !go) return go.error();
            auto const rows = tx.run(find_open, hash);
            auto const row = rows.first();
            if (!row) return no_invitation();
            refund(tx, counts);
            return invitation_view{
                row->text("organization_slug"),
                row->text("organization_name"),
                row->text("email"),
                role_in(*row),
                row->get<timestamp>("expires_at"),
                row->get<std::optional<user_id>>("account_id"),
                row->get<std::optional<std::string>>("account_name").value_or(""),
            };
        }
    );
}

async::task<result<accepted>> invitations::accept(acceptance what) {
    auto invited = co_await look_up(what.token, what.from.address);
    if (!invited) co_return invited.error();
    if (invited->account) co_return co_await accept_known(std::move(what), std::move(*invited));
    co_return co_await accept_new(std::move(what), std::move(*invited));
}

async::task<result<std::string>> invitations::use(
    byte_string hash, user_id who, std::string name, std::optional<std::string> password_hash, principal by
) {
    auto const work = [hash, who, name, password_hash](db::transaction& tx) -> result<std::string> {
        auto const row = tx.run(accept_one, who, name, password_hash, hash)[0];
        if (row.is_null("organization")) return no_invitation();
        return row.text("organization");
    };
    return gateway_.transact_result(acting(by), work, taken_meanwhile);
}

async::task<result<accepted>> invitations::accept_new(acceptance what, invitation_view invited) {
    if (!what.password)
        co_return error{
            errc::invalid,
            "Choose a password.",
            {{"password", "is required: this address has no account yet"}}
        };
    if (auto bad = password_problem(*what.password))
        co_return error{errc::invalid, *bad, {{"password", *bad}}};
    auto const hashed = co_await hashing_.hash(*what.password);
    if (!hashed) co_return hashed.error();
    user_id const id{crypto::uuid_v7(clock_.now())};
    auto const name = what.name.value_or("");
    principal by;
    by.user = id;
    by.email = invited.email;
    by.address = what.from.address;
    by.request_id = what.from.request_id;
    auto const organization = co_await use(token_hash(what.token), id, name, *hashed, by);
    if (!organization) co_return organization.error();
    auto session = co_await accounts_.begin_session(id, invited.email, name, what.from);
    auto who = session.who;
    co_return accepted{std::move(who), *organization, std::move(session)};
}

async::task<result<accepted>> invitations::accept_known(acceptance what, invitation_view invited) {
    accepted done;
    if (what.signed_in && what.signed_in->user == invited.account) {
        done.who = *what.signed_in;
    } else if (what.password) {
        what.from.email = invited.email;
        what.from.password = *what.password;
        auto session = co_await accounts_.sign_in(what.from);
        if (!session) co_return session.error();
        done.who = session->who;
        done.session = std::move(*session);
    } else if (what.signed_in) {
        co_return error{
            errc::forbidden, "This invitation is for " + invited.email + ": sign in as that person."
        };
    } else {
        co_return error{errc::unauthenticated, "This address has an account: sign in, or give its password."};
    }
    auto const organization =
        co_await use(token_hash(what.token), *invited.account, invited.account_name, std::nullopt, done.who);
    if (!organization) {
        if (done.session) co_await accounts_.sign_out(done.who);
        co_return organization.error();
    }
    done.organization_slug = *organization;
    co_return done;
}

}  // namespace tocsin::identity
