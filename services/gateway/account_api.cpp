#include "gateway/account_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <tocsin/identity/password_rules.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::session_id;
using identity::session_info;

constexpr json::length password_length{1, identity::password_max_bytes};

struct password_change {
    secret current;
    secret wanted;
};

input<password_change> password_change_body() {
    return body_fields<password_change>()
        .required("current", &password_change::current, text{password_length})
        .required("new", &password_change::wanted, text{password_length})
        .as_input();
}

struct profile {
    std::string name;
};

input<profile> profile_body() {
    return body_fields<profile>()
        .required("name", &profile::name, text{{0, 200}, control_character_problem})
        .as_input();
}

struct password_reset {
    secret token;
    secret password;
};

input<password_reset> password_reset_body() {
    return body_fields<password_reset>()
        .required("token", &password_reset::token, text{{1, 100}})
        .required("password", &password_reset::password, text{password_length})
        .as_input();
}

/// The signed-in user. An API token has no account.
struct signed_in_user {};

input<signed_in_user> user_only() {
    return {[](request_context& ctx) -> result<signed_in_user> {
        if (ctx.principal.user) return signed_in_user{};
        return error{
            errc::forbidden,
            "An API token has no account. Sign in as a person to manage sessions, password, and name."
        };
    }};
}

void write_session(json::writer& out, session_info const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("current", from.is_current)
        .field("address", from.address)
        .field("user_agent", from.user_agent)
        .field("created_at", from.created_at)
        .field("last_seen_at", from.last_seen_at)
        .end_object();
}

class account_api {
public:
    account_api(identity::own_account& account, session_cookie cookie) : account_(account), cookie_(cookie) {}

    response_task sessions(request_context& ctx, signed_in_user, list_slice slice) {
        auto const items = co_await account_.sessions(ctx.principal);
        co_return slice_response(slice, items, write_session);
    }

    response_task end_session(request_context& ctx, signed_in_user, session_id id) {
        co_return no_content_result(co_await account_.end_session(ctx.principal, id));
    }

    response_task end_other_sessions(request_context& ctx, signed_in_user) {
        co_await account_.end_other_sessions(ctx.principal);
        co_return http::response::no_content();
    }

    response_task change_password(request_context& ctx, signed_in_user, password_change wanted) {
        auto const done = co_await account_.change_password(
            ctx.principal, std::move(wanted.current), std::move(wanted.wanted)
        );
        co_return no_content_result(done);
    }

    response_task change_profile(request_context& ctx, signed_in_user, profile wanted) {
        co_await account_.rename(ctx.principal, wanted.name);
        auto const& email = ctx.principal.email;
        json::writer out;
        out.begin_object().field("email", email).field("name", wanted.name.empty() ? email : wanted.name);
        co_return http::response::json(200, out.end_object().take());
    }

    response_task reset_password(request_context& ctx, password_reset wanted) {
        auto const done = co_await account_.reset_password(
            std::move(wanted.token), std::move(wanted.password), ctx.request.peer
        );
        if (!done) co_return done.error();
        auto response = http::response::no_content();
        response.headers.add("Set-Cookie", cookie_.clear());
        co_return response;
    }

private:
    identity::own_account& account_;
    session_cookie const cookie_;
};

}  // namespace

endpoints account_endpoints(identity::own_account& account, session_cookie cookie) {
    using identity::permission;
    using api = account_api;
    endpoint_list<api> rows(std::make_shared<api>(account, cookie), "/api/v1");
    constexpr auto own = permission::authenticated;
    auto const id = id_in_path<session_id>("id", "There is no such session.");
    rows.get("/sessions", own, &api::sessions, user_only(), slice_input());
    rows.remove("/sessions", own, &api::end_other_sessions, user_only());
    rows.remove("/sessions/{id}", own, &api::end_session, user_only(), id);
    rows.put("/password", own, &api::change_password, user_only(), password_change_body());
    rows.patch("/profile", own, &api::change_profile, user_only(), profile_body());
    rows.post("/password-resets/accept", permission::anyone, &api::reset_password, password_reset_body());
    return rows.take();
}

}  // namespace tocsin::gateway
