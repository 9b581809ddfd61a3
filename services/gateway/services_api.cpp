#include "gateway/services_api.hpp"

#include "gateway/paging.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::service;

constexpr json::length slug_length = {1, 63};
constexpr json::length name_length = {1, 200};
constexpr json::length description_length = {0, 2000};

error no_service() {
    return {errc::not_found, "There is no such service."};
}

void write_service(json::writer& out, service const& of) {
    out.begin_object()
        .field("id", of.id.str())
        .field("slug", of.slug)
        .field("name", of.name)
        .field("description", of.description)
        .field("created_at", of.created_at)
        .field("archived_at", of.archived_at)
        .end_object();
}

http::response service_answer(int status, service const& of) {
    json::writer out;
    write_service(out, of);
    return http::response::json(status, out.take());
}

void check_slug(json::reader& in, std::string const& slug) {
    if (!is_slug(slug)) in.reject("slug", "must have 1 to 63 characters of a-z, 0-9 and inner dashes");
}

/// A member of a PATCH: what is left out stays; none of ours can be null.
std::optional<std::string> changed_text(
    json::reader& in, json::value object, std::string_view name, json::length bounds
) {
    if (auto const given = object.find(name); given && given->is_null()) in.reject(name, "must be a text");
    return in.optional_text(name, bounds);
}

std::string key_of(service const& last) {
    return last.id.str() + last.slug;
}

std::optional<identity::service_key> read_key(std::string_view cursor) {
    constexpr std::size_t id_chars = 36;
    auto const id = service_id::parse(cursor.substr(0, id_chars));
    if (!id || cursor.size() <= id_chars) return std::nullopt;
    return identity::service_key{std::string(cursor.substr(id_chars)), *id};
}

class services_api {
public:
    explicit services_api(identity::service_catalog& catalog) : catalog_(catalog) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        std::optional<identity::service_key> after;
        if (wanted->cursor) {
            after = read_key(*wanted->cursor);
            if (!after) co_return bad_cursor();
        }
        auto const items = co_await catalog_.list(by.organization(), std::move(after), wanted->limit + 1);
        co_return key_page(*wanted, items, write_service, key_of);
    }

    async::task<result<http::response>> create(call& by) {
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        identity::new_service what;
        what.slug = in.required_text("slug", slug_length);
        what.name = in.required_text("name", name_length);
        what.description = in.optional_text("description", description_length).value_or("");
        if (!what.slug.empty()) check_slug(in, what.slug);
        if (auto bad = in.problems()) co_return *bad;
        auto const made = co_await catalog_.create(by.acting(), std::move(what));
        if (!made) co_return made.error();
        co_return service_answer(201, *made);
    }

    async::task<result<http::response>> show(call& by) {
        auto const id = service_id::parse(by.capture("id"));
        if (!id) co_return no_service();
        auto const found = co_await catalog_.find(by.organization(), *id);
        if (!found) co_return found.error();
        co_return service_answer(200, *found);
    }

    async::task<result<http::response>> change(call& by) {
        auto const id = service_id::parse(by.capture("id"));
        if (!id) co_return no_service();
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        json::reader in(body->root());
        identity::service_change what;
        what.slug = changed_text(in, body->root(), "slug", slug_length);
        what.name = changed_text(in, body->root(), "name", name_length);
        what.description = changed_text(in, body->root(), "description", description_length);
        if (what.slug && !what.slug->empty()) check_slug(in, *what.slug);
        if (auto bad = in.problems()) co_return *bad;
        if (!what.slug && !what.name && !what.description)
            co_return error{
                errc::invalid, "Nothing to change: give at least one of slug, name and description."
            };
        auto const changed = co_await catalog_.change(by.acting(), *id, std::move(what));
        if (!changed) co_return changed.error();
        co_return service_answer(200, *changed);
    }

    async::task<result<http::response>> archive(call& by) {
        auto const id = service_id::parse(by.capture("id"));
        if (!id) co_return no_service();
        auto const done = co_await catalog_.archive(by.acting(), *id);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

private:
    identity::service_catalog& catalog_;
};

}  // namespace

endpoints service_endpoints(identity::service_catalog& catalog) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/services";
    std::string const one = all + "/{id}";
    auto const api = std::make_shared<services_api>(catalog);
    return {
        {method::get, all, permission::view, [api](call& by) { return api->list(by); }},
        {method::post,
         all,
         permission::administer,
         [api](call& by) { return api->create(by); },
         body_kind::json},
        {method::get, one, permission::view, [api](call& by) { return api->show(by); }},
        {method::patch,
         one,
         permission::administer,
         [api](call& by) { return api->change(by); },
         body_kind::json},
        {method::delete_, one, permission::administer, [api](call& by) { return api->archive(by); }},
    };
}

}  // namespace tocsin::gateway
