#include "gateway/session_api.hpp"

#include "gateway/paging.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/identity/password_rules.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::membership;

void write_organization(json::writer& out, membership const& of) {
    out.begin_object()
        .field("slug", of.slug)
        .field("name", of.name)
        .field("role", identity::to_string(of.role))
        .end_object();
}

class session_api {
public:
    session_api(identity::accounts& accounts, session_cookie cookie) : accounts_(accounts), cookie_(cookie) {}

    async::task<result<http::response>> sign_in(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto email = in.required_text("email", {1, 254});
        auto password = in.required_secret("password", {1, identity::password_max_bytes});
        if (auto bad = in.problems()) co_return *bad;

        auto attempt = attempt_of(by.request, cookie_);
        attempt.email = std::move(email);
        attempt.password = std::move(password);
        auto done = co_await accounts_.sign_in(std::move(attempt));
        if (!done) co_return done.error();
        // Whoever signs in anew leaves the session that this browser had.
        if (auto const old = by.request.cookie(cookie_.name());
            old && identity::looks_like_session_token(*old))
            co_await accounts_.sign_out(hash_of(*old));
        auto const organizations = co_await accounts_.organizations_of(done->who.user.value());
        auto answer = session_answer(done->who, organizations);
        hand_out(answer, *done, cookie_);
        co_return answer;
    }

    async::task<result<http::response>> show(call& by) {
        auto const organizations = co_await organizations_of(by);
        co_return session_answer(by.who, organizations);
    }

    async::task<result<http::response>> sign_out(call& by) {
        if (by.who.session_hash.empty())
            co_return error{errc::forbidden, "An API token has no session to end: an admin revokes tokens."};
        co_await accounts_.sign_out(by.who);
        auto answer = http::response::no_content();
        answer.headers.add("Set-Cookie", cookie_.clear());
        co_return answer;
    }

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        auto all = co_await organizations_of(by);
        // By slug. Nobody belongs to so many that reading them all would matter.
        if (wanted->cursor)
            std::erase_if(all, [&after = *wanted->cursor](membership const& each) {
                return each.slug <= after;
            });
        co_return key_page(*wanted, all, write_organization, [](membership const& last) {
            return last.slug;
        });
    }

private:
    static std::string hash_of(std::string_view token) {
        auto const digest = crypto::sha256(token);
        return {digest.begin(), digest.end()};
    }

    async::task<std::vector<membership>> organizations_of(call& by) {
        std::vector<membership> all;
        if (by.who.user)
            all = co_await accounts_.organizations_of(*by.who.user);
        else if (by.membership)
            all.push_back(*by.membership);
        co_return all;
    }

    identity::accounts& accounts_;
    session_cookie const cookie_;
};

}  // namespace

http::response session_answer(identity::principal const& who, std::vector<membership> const& organizations) {
    json::writer out;
    out.begin_object()
        .name("user")
        .begin_object()
        .field("email", who.email)
        .field("name", who.name)
        .end_object();
    out.name("orgs").begin_array();
    for (auto const& each : organizations) write_organization(out, each);
    return http::response::json(200, out.end_array().end_object().take());
}

identity::sign_in_attempt attempt_of(http::request const& request, session_cookie const& cookie) {
    identity::sign_in_attempt made;
    made.address = request.peer;
    made.user_agent = std::string(request.headers.find("User-Agent").value_or(""));
    made.device = cookie.device_of(request);
    made.request_id = request.id;
    return made;
}

void hand_out(http::response& answer, identity::signed_in const& to, session_cookie const& cookie) {
    answer.headers.add("Set-Cookie", cookie.set(to.session_token));
    if (to.device) answer.headers.add("Set-Cookie", cookie.set_device(*to.device));
}

endpoints session_endpoints(identity::accounts& accounts, session_cookie cookie) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    auto const api = std::make_shared<session_api>(accounts, cookie);
    return {
        {method::post,
         "/api/v1/session",
         permission::anyone,
         [api](call& by) { return api->sign_in(by); },
         body_kind::json},
        {method::get, "/api/v1/session", permission::authenticated, [api](call& by) { return api->show(by); }
        },
        {method::delete_,
         "/api/v1/session",
         permission::authenticated,
         [api](call& by) { return api->sign_out(by); }},
        {method::get, "/api/v1/orgs", permission::authenticated, [api](call& by) { return api->list(by); }},
    };
}

}  // namespace tocsin::gateway
