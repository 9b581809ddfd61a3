#include "gateway/members_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"

#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::member;

error no_member() {
    return {errc::not_found, "There is no such member."};
}

void write_member(json::writer& out, member const& of, identity::principal const& who) {
    out.begin_object()
        .field("id", of.id.str())
        .field("email", of.email)
        .field("name", of.name)
        .field("role", identity::to_string(of.role))
        .field("is_me", who.user == of.id)
        .field("created_at", of.since)
        .end_object();
}

http::response member_answer(member const& of, identity::principal const& who) {
    json::writer out;
    write_member(out, of, who);
    return http::response::json(200, out.take());
}

class members_api {
public:
    explicit members_api(identity::members& members) : members_(members) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        auto const items = co_await members_.list(by.organization(), wanted->cursor, wanted->limit + 1);
        auto const write = [&by](json::writer& out, member const& each) { write_member(out, each, by.who); };
        co_return key_page(*wanted, items, write, [](member const& last) { return last.email; });
    }

    async::task<result<http::response>> change(call& by) {
        auto const id = user_id::parse(by.capture("id"));
        if (!id) co_return no_member();
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const to = in.required_word("role", {"admin", "responder", "viewer"});
        if (auto bad = in.problems()) co_return *bad;
        auto const done =
            co_await members_.change_role(by.organization(), by.who, *id, *identity::parse_role(to));
        if (!done) co_return done.error();
        co_return member_answer(*done, by.who);
    }

    async::task<result<http::response>> remove(call& by) {
        auto const id = user_id::parse(by.capture("id"));
        if (!id) co_return no_member();
        auto const done = co_await members_.remove(by.organization(), by.who, *id);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

    async::task<result<http::response>> transfer(call& by) {
        auto const id = user_id::parse(by.capture("id"));
        if (!id) co_return no_member();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        if (auto bad = json::reader(body->root()).problems()) co_return *bad;
        auto const done = co_await members_.transfer_ownership(by.organization(), by.who, *id);
        if (!done) co_return done.error();
        co_return member_answer(*done, by.who);
    }

private:
    identity::members& members_;
};

}  // namespace

endpoints member_endpoints(identity::members& members) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/members";
    std::string const one = all + "/{id}";
    auto const api = std::make_shared<members_api>(members);
    return {
        {method::get, all, permission::view, [api](call& by) { return api->list(by); }},
        {method::patch,
         one,
         permission::administer,
         [api](call& by) { return api->change(by); },
         body_kind::json},
        {method::delete_, one, permission::administer, [api](call& by) { return api->remove(by); }},
        {method::post,
         one + "/transfer-ownership",
         permission::own,
         [api](call& by) { return api->transfer(by); },
         body_kind::optional_json},
    };
}

}  // namespace tocsin::gateway
