#include "gateway/invitations_api.hpp"

#include "gateway/paging.hpp"
#include "gateway/session_api.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/identity/password_rules.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::invitation;
using identity::invitation_id;

constexpr json::length token_length = {1, 100};

void write_fields(json::writer& out, invitation const& of) {
    out.field("id", of.id.str())
        .field("email", of.email)
        .field("role", identity::to_string(of.role))
        .field("invited_by", of.invited_by)
        .field("created_at", of.created_at)
        .field("expires_at", of.expires_at);
}

class invitations_api {
public:
    invitations_api(
        identity::invitations& invitations,
        identity::accounts& accounts,
        session_cookie cookie,
        std::string public_url,
        mail::mailer* mailer
    )
        : invitations_(invitations),
          accounts_(accounts),
          cookie_(cookie),
          public_url_(std::move(public_url)),
          mailer_(mailer) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        std::optional<invitation_id> before;
        if (wanted->cursor) {
            before = invitation_id::parse(*wanted->cursor);
            if (!before) co_return bad_cursor();
        }
        auto const items = co_await invitations_.list(by.organization(), before, wanted->limit + 1);
        auto const write = [](json::writer& out, invitation const& each) {
            out.begin_object();
            write_fields(out, each);
            out.end_object();
        };
        co_return key_page(*wanted, items, write, [](invitation const& last) { return last.id.str(); });
    }

    async::task<result<http::response>> create(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto email = in.required_text("email", {3, 254});
        auto const as = in.required_word("role", {"admin", "responder", "viewer"});
        if (auto bad = in.problems()) co_return *bad;
        auto const made = co_await invitations_.create(
            by.organization(), by.who, std::move(email), *identity::parse_role(as)
        );
        if (!made) co_return made.error();
        // Behind the hash, the token is neither sent to a server nor told to another site.
        auto const link = public_url_ + "/invitation#" + std::string(made->token.reveal());
        bool const mailed = co_await mail_to(made->info, by.membership->name, link);
        json::writer out;
        out.begin_object();
        write_fields(out, made->info);
        out.field("link", link).field("mailed", mailed).end_object();
        co_return http::response::json(201, out.take());
    }

    async::task<result<http::response>> revoke(call& by) {
        auto const id = invitation_id::parse(by.capture("id"));
        if (!id) co_return error{errc::not_found, "There is no such invitation."};
        auto const done = co_await invitations_.revoke(by.organization(), by.who, *id);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

    async::task<result<http::response>> look_up(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto token = in.required_secret("token", token_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const found = co_await invitations_.look_up(std::move(token), by.request.peer);
        if (!found) co_return found.error();
        json::writer out;
        out.begin_object().name("organization");
        out.begin_object()
            .field("slug", found->organization_slug)
            .field("name", found->organization_name)
            .end_object();
        out.field("email", found->email)
            .field("role", identity::to_string(found->role))
            .field("has_account", found->account.has_value())
            .field("expires_at", found->expires_at)
            .end_object();
        co_return http::response::json(200, out.take());
    }

    async::task<result<http::response>> accept(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        identity::acceptance what;
        what.token = in.required_secret("token", token_length);
        what.name = in.optional_text("name", {0, 200});
        if (what.name && printable(*what.name, what.name->size()) != *what.name)
            in.reject("name", "must not hold control characters");
        if (in.has("password"))
            what.password = in.required_secret("password", {1, identity::password_max_bytes});
        if (auto bad = in.problems()) co_return *bad;
        what.from = attempt_of(by.request, cookie_);
        what.signed_in = co_await signed_in(by.request);

        auto const done = co_await invitations_.accept(std::move(what));
        if (!done) co_return done.error();
        auto const organizations = co_await accounts_.organizations_of(done->who.user.value());
        auto answer = session_answer(done->who, organizations);
        if (done->session) hand_out(answer, *done->session, cookie_);
        co_return answer;
    }

private:
    /// False where there is no mail server, or it did not take the message: the link is shown all the same.
    async::task<bool> mail_to(
        invitation const& whom, std::string const& organization, std::string const& link
    ) {
        if (mailer_ == nullptr) co_return false;
        mail::message what{whom.email, "Your invitation to " + organization + " on Tocsin", {}};
        what.text = whom.invited_by + " invites you to the organization " + organization + " on Tocsin, as " +
                    std::string(identity::to_string(whom.role)) + ".\n\nThis link works once, until " +
                    to_rfc3339(whom.expires_at) + ":\n\n" + link +
                    "\n\nIf you expected no invitation, leave it be: nothing happens without you.\n";
        auto const sent = co_await mailer_->send(std::move(what), whom.id.str());
        if (!sent)
            observe::log_warn(
                "invitation not mailed", {{"invitation", whom.id.str()}, {"why", sent.error().detail}}
            );
        co_return sent.has_value();
    }

    /// Accepting needs nobody in particular; but whoever is signed in need not give a password.
    async::task<std::optional<identity::principal>> signed_in(http::request const& request) {
        auto credentials = read_credentials(request, cookie_);
        if (credentials.what != presented::kind::session) co_return std::nullopt;
        auto found = co_await accounts_.find_session(std::move(credentials.value), std::nullopt);
        if (!found) co_return std::nullopt;
        found->who.address = request.peer;
        found->who.request_id = request.id;
        co_return std::move(found->who);
    }

    identity::invitations& invitations_;
    identity::accounts& accounts_;
    session_cookie const cookie_;
    std::string const public_url_;
    mail::mailer* const mailer_;
};

}  // namespace

endpoints invitation_endpoints(
    identity::invitations& invitations,
    identity::accounts& accounts,
    session_cookie cookie,
    config::base_url const& public_url,
    mail::mailer* mailer
) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/invitations";
    auto const api =
        std::make_shared<invitations_api>(invitations, accounts, cookie, public_url.str(), mailer);
    return {
        {method::get, all, permission::administer, [api](call& by) { return api->list(by); }},
        {method::post,
         all,
         permission::administer,
         [api](call& by) { return api->create(by); },
         body_kind::json},
        {method::delete_, all + "/{id}", permission::administer, [api](call& by) { return api->revoke(by); }},
        {method::post,
         "/api/v1/invitations/look-up",
         permission::anyone,
         [api](call& by) { return api->look_up(by); },
         body_kind::json},
        {method::post,
         "/api/v1/invitations/accept",
         permission::anyone,
         [api](call& by) { return api->accept(by); },
         body_kind::json},
    };
}

}  // namespace tocsin::gateway
