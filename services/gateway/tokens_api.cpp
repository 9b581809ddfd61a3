#include "gateway/tokens_api.hpp"

#include "gateway/paging.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::token_id;
using identity::token_info;

error no_token() {
    return {errc::not_found, "There is no such token."};
}

void write_fields(json::writer& out, token_info const& of) {
    out.field("id", of.id.str())
        .field("name", of.name)
        .field("prefix", of.prefix)
        .field("role", identity::to_string(of.role))
        .field("created_by", of.created_by)
        .field("created_at", of.created_at)
        .field("expires_at", of.expires_at)
        .field("last_used_at", of.last_used_at);
}

class tokens_api {
public:
    explicit tokens_api(identity::api_tokens& tokens) : tokens_(tokens) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        std::optional<token_id> before;
        if (wanted->cursor) {
            before = token_id::parse(*wanted->cursor);
            if (!before) co_return bad_cursor();
        }
        auto const items = co_await tokens_.list(by.organization(), before, wanted->limit + 1);
        auto const write = [](json::writer& out, token_info const& each) {
            out.begin_object();
            write_fields(out, each);
            out.end_object();
        };
        co_return key_page(*wanted, items, write, [](token_info const& last) { return last.id.str(); });
    }

    async::task<result<http::response>> create(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        identity::new_token what;
        what.name = in.required_text("name", {1, 200});
        if (printable(what.name, what.name.size()) != what.name)
            in.reject("name", "must not hold control characters");
        auto const as = in.required_word("role", {"admin", "responder", "viewer"});
        what.expires_at = in.optional_time("expires_at");
        if (auto bad = in.problems()) co_return *bad;
        what.role = *identity::parse_role(as);
        auto const made =
            co_await tokens_.create(by.organization(), by.who, by.membership->role, std::move(what));
        if (!made) co_return made.error();
        json::writer out;
        out.begin_object();
        write_fields(out, made->info);
        out.field("token", made->token.reveal()).end_object();
        co_return http::response::json(201, out.take());
    }

    async::task<result<http::response>> revoke(call& by) {
        auto const id = token_id::parse(by.capture("id"));
        if (!id) co_return no_token();
        auto const done = co_await tokens_.revoke(by.organization(), by.who, *id);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

private:
    identity::api_tokens& tokens_;
};

}  // namespace

endpoints token_endpoints(identity::api_tokens& tokens) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/tokens";
    auto const api = std::make_shared<tokens_api>(tokens);
    return {
        {method::get, all, permission::administer, [api](call& by) { return api->list(by); }},
        {method::post,
         all,
         permission::administer,
         [api](call& by) { return api->create(by); },
         body_kind::json},
        {method::delete_, all + "/{id}", permission::administer, [api](call& by) { return api->revoke(by); }},
    };
}

}  // namespace tocsin::gateway
