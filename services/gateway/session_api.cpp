#include "gateway/session_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/paging.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/identity/password_rules.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::membership;

struct login {
    std::string email;
    secret password;
};

input<login> login_body() {
    return body_fields<login>()
        .required("email", &login::email, text{{1, 254}})
        .required("password", &login::password, text{{1, identity::password_max_bytes}})
        .as_input();
}

void write_organization(json::writer& out, membership const& from) {
    out.begin_object()
        .field("slug", from.slug)
        .field("name", from.name)
        .field("role", identity::to_string(from.role))
        .end_object();
}

std::string hash_of(std::string_view token) {
    auto const digest = crypto::sha256(token);
    return {digest.begin(), digest.end()};
}

class session_api {
public:
    session_api(identity::accounts& accounts, session_cookie cookie) : accounts_(accounts), cookie_(cookie) {}

    response_task sign_in(request_context& ctx, login given) {
        auto attempt = sign_in_attempt_from(ctx.request, cookie_);
        attempt.email = std::move(given.email);
        attempt.password = std::move(given.password);
        auto const session = co_await accounts_.sign_in(std::move(attempt));
        if (!session) co_return session.error();
        // A new sign-in ends the session that this browser had.
        if (auto const old = ctx.request.cookie(cookie_.name());
            old && identity::looks_like_session_token(*old))
            co_await accounts_.sign_out(hash_of(*old));
        auto const organizations = co_await accounts_.organizations_of(session->principal.user.value());
        auto response = session_response(session->principal, organizations);
        set_session_cookies(response, *session, cookie_);
        co_return response;
    }

    response_task show(request_context& ctx) {
        auto const organizations = co_await organizations_of(ctx);
        co_return session_response(ctx.principal, organizations);
    }

    response_task sign_out(request_context& ctx) {
        if (ctx.principal.session_hash.empty())
            co_return error{
                errc::forbidden, "An API token has no session to end. An admin can revoke the token instead."
            };
        co_await accounts_.sign_out(ctx.principal);
        auto response = http::response::no_content();
        response.headers.add("Set-Cookie", cookie_.clear());
        response.headers.add("Clear-Site-Data", R"("cache", "storage")");
        co_return response;
    }

    response_task list(request_context& ctx, text_page page) {
        auto all = co_await organizations_of(ctx);
        // Ordered by slug. A user belongs to few organizations, so that reading all of them costs little.
        if (page.after)
            std::erase_if(all, [&after = *page.after](membership const& each) { return each.slug <= after; });
        co_return key_page(page, all, write_organization, [](membership const& last) { return last.slug; });
    }

private:
    async::task<std::vector<membership>> organizations_of(request_context& ctx) {
        std::vector<membership> all;
        if (ctx.principal.user)
            all = co_await accounts_.organizations_of(*ctx.principal.user);
        else if (ctx.membership)
            all.push_back(*ctx.membership);
        co_return all;
    }

    identity::accounts& accounts_;
    session_cookie const cookie_;
};

}  // namespace

http::response session_response(
    identity::principal const& principal, std::vector<membership> const& organizations
) {
    json::writer out;
    out.begin_object().name("user").begin_object();
    out.field("email", principal.email).field("name", principal.name).end_object();
    out.name("orgs").begin_array();
    for (auto const& each : organizations) write_organization(out, each);
    return http::response::json(200, out.end_array().end_object().take());
}

identity::sign_in_attempt sign_in_attempt_from(http::request const& request, session_cookie const& cookie) {
    identity::sign_in_attempt attempt;
    attempt.address = request.peer;
    attempt.user_agent = std::string(request.headers.find("User-Agent").value_or(""));
    attempt.device = cookie.device_of(request);
    attempt.request_id = request.id;
    return attempt;
}

void set_session_cookies(
    http::response& response, identity::signed_in const& session, session_cookie const& cookie
) {
    response.headers.add("Set-Cookie", cookie.set(session.session_token));
    if (session.device) response.headers.add("Set-Cookie", cookie.set_device(*session.device));
}

endpoints session_endpoints(identity::accounts& accounts, session_cookie cookie) {
    using identity::permission;
    using api = session_api;
    endpoint_list<api> rows(std::make_shared<api>(accounts, cookie), "/api/v1");
    rows.post("/session", permission::anyone, &api::sign_in, login_body());
    rows.get("/session", permission::authenticated, &api::show);
    rows.remove("/session", permission::authenticated, &api::sign_out);
    rows.get("/orgs", permission::authenticated, &api::list, page_input<std::string>());
    return rows.take();
}

}  // namespace tocsin::gateway
