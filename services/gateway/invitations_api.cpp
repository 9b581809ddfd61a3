#include "gateway/invitations_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"
#include "gateway/session_api.hpp"

#include <tocsin/identity/password_rules.hpp>
#include <tocsin/observe/log.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::acceptance;
using identity::invitation;
using identity::invitation_id;
using identity::invitation_view;

constexpr json::length token_length{1, 100};

struct new_invitation {
    std::string email;
    identity::role role = identity::role::viewer;
};

input<new_invitation> new_invitation_body() {
    return body_fields<new_invitation>()
        .required("email", &new_invitation::email, text{{3, 254}})
        .required(
            "role", &new_invitation::role, choice(identity::role_names, identity::assignable_role_names())
        )
        .as_input();
}

struct invitation_link {
    secret token;
};

input<invitation_link> invitation_link_body() {
    return body_fields<invitation_link>()
        .required("token", &invitation_link::token, text{token_length})
        .as_input();
}

input<acceptance> acceptance_body() {
    return body_fields<acceptance>()
        .required("token", &acceptance::token, text{token_length})
        .optional("name", &acceptance::name, text{{0, 200}, control_character_problem})
        .optional(
            "password",
            &acceptance::password,
            text{{1, identity::password_max_bytes}, nullptr, text::null::is_wrong}
        )
        .as_input();
}

void write_fields(json::writer& out, invitation const& from) {
    out.field("id", from.id.str())
        .field("email", from.email)
        .field("role", identity::to_string(from.role))
        .field("invited_by", from.invited_by)
        .field("created_at", from.created_at)
        .field("expires_at", from.expires_at);
}

void write_invitation(json::writer& out, invitation const& from) {
    out.begin_object();
    write_fields(out, from);
    out.end_object();
}

void write_view(json::writer& out, invitation_view const& from) {
    out.begin_object().name("organization").begin_object();
    out.field("slug", from.organization_slug).field("name", from.organization_name).end_object();
    out.field("email", from.email)
        .field("role", identity::to_string(from.role))
        .field("has_account", from.account.has_value())
        .field("expires_at", from.expires_at)
        .end_object();
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

    response_task list(request_context& ctx, page_of<invitation_id> page) {
        auto const items = co_await invitations_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, write_invitation, [](invitation const& last) {
            return last.id.str();
        });
    }

    response_task create(request_context& ctx, new_invitation wanted) {
        auto const created = co_await invitations_.create(
            ctx.organization(), ctx.principal, std::move(wanted.email), wanted.role
        );
        if (!created) co_return created.error();
        // A browser sends the part after # to no server and in no Referer.
        auto const link = public_url_ + "/invitation#" + std::string(created->token.reveal());
        bool const mailed = co_await send_mail(created->info, ctx.membership->name, link);
        json::writer out;
        out.begin_object();
        write_fields(out, created->info);
        out.field("link", link).field("mailed", mailed).end_object();
        co_return http::response::json(201, out.take());
    }

    response_task revoke(request_context& ctx, invitation_id id) {
        co_return no_content_result(co_await invitations_.revoke(ctx.organization(), ctx.principal, id));
    }

    response_task look_up(request_context& ctx, invitation_link link) {
        auto const found = co_await invitations_.look_up(std::move(link.token), ctx.request.peer);
        co_return json_result(found, write_view);
    }

    response_task accept(request_context& ctx, acceptance given) {
        given.from = sign_in_attempt_from(ctx.request, cookie_);
        given.signed_in = co_await signed_in_user(ctx.request);
        auto const accepted = co_await invitations_.accept(std::move(given));
        if (!accepted) co_return accepted.error();
        auto const organizations = co_await accounts_.organizations_of(accepted->principal.user.value());
        auto response = session_response(accepted->principal, organizations);
        if (accepted->session) set_session_cookies(response, *accepted->session, cookie_);
        co_return response;
    }

private:
    /// False without a mail server, or if the server refused the message. The link is shown in any case.
    async::task<bool> send_mail(
        invitation const& invited, std::string const& organization, std::string const& link
    ) {
        if (mailer_ == nullptr) co_return false;
        mail::message message{invited.email, "Your invitation to " + organization + " on Tocsin", {}};
        message.text =
            invited.invited_by + " invites you to the organization " + organization + " on Tocsin as " +
            std::string(identity::to_string(invited.role)) + ".\n\nThis link works once, until " +
            to_rfc3339(invited.expires_at) + ":\n\n" + link +
            "\n\nIf you did not expect this invitation, ignore it. Nothing happens unless you accept it.\n";
        auto const sent = co_await mailer_->send(std::move(message), invited.id.str());
        if (!sent)
            observe::log_warn(
                "invitation not mailed", {{"invitation", invited.id.str()}, {"why", sent.error().detail}}
            );
        co_return sent.has_value();
    }

    /// Accepting requires no session, but a signed-in user does not have to give a password.
    async::task<std::optional<identity::principal>> signed_in_user(http::request const& request) {
        auto credentials = read_credentials(request, cookie_);
        if (credentials.kind != request_credentials::kinds::session) co_return std::nullopt;
        auto found = co_await accounts_.find_session(std::move(credentials.value), std::nullopt);
        if (!found) co_return std::nullopt;
        found->principal.address = request.peer;
        found->principal.request_id = request.id;
        co_return std::move(found->principal);
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
    using identity::permission;
    using api = invitations_api;
    auto const id = id_in_path<invitation_id>("id", "There is no such invitation.");
    endpoint_list<api> rows(
        std::make_shared<api>(invitations, accounts, cookie, public_url.str(), mailer), "/api/v1"
    );
    std::string const all = "/orgs/{org}/invitations";
    rows.get(all, permission::administer, &api::list, page_input<invitation_id>());
    rows.post(all, permission::administer, &api::create, new_invitation_body());
    rows.remove(all + "/{id}", permission::administer, &api::revoke, id);
    rows.post("/invitations/look-up", permission::anyone, &api::look_up, invitation_link_body());
    rows.post("/invitations/accept", permission::anyone, &api::accept, acceptance_body());
    return rows.take();
}

}  // namespace tocsin::gateway
