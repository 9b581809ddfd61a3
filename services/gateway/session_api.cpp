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

        std::string agent(by.request.headers.find("User-Agent").value_or(""));
        auto done = co_await accounts_.sign_in(email, std::move(password), by.request.peer, std::move(agent));
        if (!done) co_return refusal(done.error(), email, by.request.peer);
        // Whoever signs in anew leaves the session that this browser had.
        if (auto const old = by.request.cookie(cookie_.name());
            old && identity::looks_like_session_token(*old))
            co_await accounts_.sign_out(hash_of(*old));
        auto const organizations = co_await accounts_.organizations_of(done->who.user.value());
        auto answer = session_answer(done->who, organizations);
        answer.headers.add("Set-Cookie", cookie_.set(done->session_token));
        co_return answer;
    }

    async::task<result<http::response>> show(call& by) {
        auto const organizations = co_await organizations_of(by);
        co_return session_answer(by.who, organizations);
    }

    async::task<result<http::response>> sign_out(call& by) {
        if (by.who.session_hash.empty())
            co_return error{errc::forbidden, "An API token has no session to end: an admin revokes tokens."};
        co_await accounts_.sign_out(by.who.session_hash);
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
        auto const count = std::min(all.size(), static_cast<std::size_t>(wanted->limit));
        json::writer out;
        out.begin_object().name("items").begin_array();
        for (std::size_t i = 0; i < count; ++i) write_organization(out, all[i]);
        out.end_array();
        std::optional<std::string> next;
        if (count < all.size()) next = encode_cursor(all[count - 1].slug);
        co_return http::response::json(200, out.field("next_cursor", next).end_object().take());
    }

private:
    http::response refusal(error const& why, std::string_view email, std::string_view address) const {
        auto answer = to_response(why);
        if (why.code == errc::rate_limited)
            answer.headers.set("Retry-After", std::to_string(accounts_.sign_in_wait(email, address).count()));
        return answer;
    }

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
