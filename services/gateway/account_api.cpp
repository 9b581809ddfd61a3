#include "gateway/account_api.hpp"

#include "gateway/paging.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/identity/password_rules.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::session_id;
using identity::session_info;

constexpr json::length password_length = {1, identity::password_max_bytes};

error persons_only() {
    return {errc::forbidden, "This is for people who are signed in: an API token has no account of its own."};
}

void write_session(json::writer& out, session_info const& of) {
    out.begin_object()
        .field("id", of.id.str())
        .field("current", of.is_current)
        .field("address", of.address)
        .field("user_agent", of.user_agent)
        .field("created_at", of.created_at)
        .field("last_seen_at", of.last_seen_at)
        .end_object();
}

class account_api {
public:
    account_api(identity::own_account& account, session_cookie cookie) : account_(account), cookie_(cookie) {}

    async::task<result<http::response>> sessions(call& by) {
        if (!by.who.user) co_return persons_only();
        auto const items = co_await account_.sessions(by.who);
        co_return list_part(by.request, items, write_session);
    }

    async::task<result<http::response>> end_session(call& by) {
        if (!by.who.user) co_return persons_only();
        auto const id = session_id::parse(by.capture("id"));
        if (!id) co_return error{errc::not_found, "There is no such session."};
        auto const done = co_await account_.end_session(by.who, *id);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

    async::task<result<http::response>> end_others(call& by) {
        if (!by.who.user) co_return persons_only();
        co_await account_.end_other_sessions(by.who);
        co_return http::response::no_content();
    }

    async::task<result<http::response>> change_password(call& by) {
        if (!by.who.user) co_return persons_only();
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto current = in.required_secret("current", password_length);
        auto wanted = in.required_secret("new", password_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const done = co_await account_.change_password(by.who, std::move(current), std::move(wanted));
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

    async::task<result<http::response>> change_profile(call& by) {
        if (!by.who.user) co_return persons_only();
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const name = in.required_text("name", {0, 200});
        if (printable(name, name.size()) != name) in.reject("name", "must not hold control characters");
        if (auto bad = in.problems()) co_return *bad;
        co_await account_.rename(by.who, name);
        json::writer out;
        out.begin_object().field("email", by.who.email).field("name", name.empty() ? by.who.email : name);
        co_return http::response::json(200, out.end_object().take());
    }

    async::task<result<http::response>> reset_password(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto token = in.required_secret("token", {1, 100});
        auto wanted = in.required_secret("password", password_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const done =
            co_await account_.reset_password(std::move(token), std::move(wanted), by.request.peer);
        if (!done) co_return done.error();
        auto answer = http::response::no_content();
        answer.headers.add("Set-Cookie", cookie_.clear());
        co_return answer;
    }

private:
    identity::own_account& account_;
    session_cookie const cookie_;
};

}  // namespace

endpoints account_endpoints(identity::own_account& account, session_cookie cookie) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    auto const own = permission::authenticated;
    auto const api = std::make_shared<account_api>(account, cookie);
    return {
        {method::get, "/api/v1/sessions", own, [api](call& by) { return api->sessions(by); }},
        {method::delete_, "/api/v1/sessions", own, [api](call& by) { return api->end_others(by); }},
        {method::delete_, "/api/v1/sessions/{id}", own, [api](call& by) { return api->end_session(by); }},
        {method::put,
         "/api/v1/password",
         own,
         [api](call& by) { return api->change_password(by); },
         body_kind::json},
        {method::patch,
         "/api/v1/profile",
         own,
         [api](call& by) { return api->change_profile(by); },
         body_kind::json},
        {method::post,
         "/api/v1/password-resets/accept",
         permission::anyone,
         [api](call& by) { return api->reset_password(by); },
         body_kind::json},
    };
}

}  // namespace tocsin::gateway
