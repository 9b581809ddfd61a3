#include "gateway/deliveries_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using incidents::delivery;

std::optional<std::string> or_null(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

void write_project(
    json::writer& out, std::optional<std::string> const& id, std::optional<std::string> const& slug
) {
    out.name("project");
    if (id || slug)
        out.begin_object().field("id", id).field("slug", slug).end_object();
    else
        out.null();
}

/// The members that list and detail share; the object stays open.
void begin_delivery(json::writer& out, delivery const& of) {
    out.begin_object()
        .field("id", of.id.str())
        .field("received_at", of.received_at)
        .field("integration_id", of.integration.str())
        .field("resource", of.resource)
        .field("action", of.action)
        .field("outcome", of.outcome)
        .field("rule", of.rule);
    write_project(out, of.project_id, of.project_slug);
    out.name("source");
    if (of.source_kind && of.source_id)
        out.begin_object().field("kind", *of.source_kind).field("sentry_id", *of.source_id).end_object();
    else
        out.null();
    out.field("incident_number", of.incident_number)
        .field("request_id", or_null(of.request_id))
        .field("duplicate_of", of.duplicate_of ? std::optional(of.duplicate_of->str()) : std::nullopt)
        .field("size", of.size);
}

void write_unmapped(json::writer& out, incidents::unmapped_project const& of) {
    out.begin_object().field("integration_id", of.integration.str());
    write_project(out, of.project_id, of.project_slug);
    out.field("deliveries", of.deliveries)
        .field("first_at", of.first_at)
        .field("last_at", of.last_at)
        .name("suggested_service");
    if (auto const& like = of.suggestion)
        out.begin_object()
            .field("id", like->id.str())
            .field("slug", like->slug)
            .field("name", like->name)
            .end_object();
    else
        out.null();
    out.end_object();
}

class deliveries_api {
public:
    deliveries_api(incidents::delivery_log& log, incidents::replay& replay) : log_(log), replay_(replay) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        incidents::delivery_filter filter;
        filter.outcome = query_text(by.request, "outcome");
        if (filter.outcome && !incidents::parse_outcome(*filter.outcome))
            co_return bad_query("outcome", "must be the outcome of a delivery");
        filter.resource = query_text(by.request, "resource");
        filter.project = query_text(by.request, "project");
        filter.request_id = query_text(by.request, "request_id");
        filter.limit = wanted->limit + 1;
        if (auto const text = query_text(by.request, "integration")) {
            filter.integration = integration_id::parse(*text);
            if (!filter.integration) co_return bad_query("integration", "must be a UUID");
        }
        auto const since = query_time(by.request, "since");
        if (!since) co_return since.error();
        auto const until = query_time(by.request, "until");
        if (!until) co_return until.error();
        filter.since = *since;
        filter.until = *until;
        if (wanted->cursor) {
            filter.before = delivery_id::parse(*wanted->cursor);
            if (!filter.before) co_return bad_cursor();
        }
        auto const items = co_await log_.list(by.organization(), std::move(filter));
        auto const write = [](json::writer& out, delivery const& each) {
            begin_delivery(out, each);
            out.end_object();
        };
        co_return key_page(*wanted, items, write, [](delivery const& last) { return last.id.str(); });
    }

    async::task<result<http::response>> show(call& by) {
        auto const id = delivery_id::parse(by.capture("id"));
        if (!id)
            co_return error{
                errc::not_found, "There is no such delivery, or it is older than the retention time."
            };
        auto const found = co_await log_.find(by.organization(), *id);
        if (!found) co_return found.error();
        json::writer out;
        begin_delivery(out, found->summary);
        out.name("headers").begin_object();
        out.field("Request-ID", found->summary.request_id)
            .field("Sentry-Hook-Resource", found->summary.resource)
            .field("Sentry-Hook-Timestamp", found->hook_timestamp)
            .end_object();
        // Shown as text: what is ill-formed in the raw bytes is repaired here, and only here; such bytes are
        // told as they came, too.
        std::optional<std::string> text, exact;
        if (!found->body.empty()) text = repaired(found->body, found->body.size() * 3 + 3);
        if (text && *text != found->body) exact = to_base64(as_bytes(found->body));
        out.field("body", text).field("body_base64", exact);
        out.field("signing_key", found->signing_key).field("cut", found->summary.cut).end_object();
        co_return http::response::json(200, out.take());
    }

    async::task<result<http::response>> unmapped(call& by) {
        auto const items = co_await log_.unmapped(by.organization());
        co_return list_part(by.request, items, write_unmapped);
    }

    /// Dry unless it is asked for otherwise.
    async::task<result<http::response>> run_again(call& by) {
        auto const id = delivery_id::parse(by.capture("id"));
        if (!id)
            co_return error{
                errc::not_found, "There is no such delivery, or it is older than the retention time."
            };
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        if (auto bad = json::reader(body->root()).problems()) co_return *bad;
        auto const how = query_text(by.request, "dry_run").value_or("true");
        if (how != "true" && how != "false") co_return bad_query("dry_run", "must be true or false");
        bool const dry = how == "true";
        auto const done = co_await replay_.run(
            by.organization(), *id, dry ? incidents::replay_kind::dry : incidents::replay_kind::real
        );
        if (!done) co_return done.error();
        json::writer out;
        out.begin_object()
            .field("dry_run", dry)
            .field("delivery_id", done->delivery ? std::optional(done->delivery->str()) : std::nullopt)
            .field("outcome", to_string(done->outcome))
            .field("rule", done->rule)
            .field("incident", done->incident);
        co_return http::response::json(200, out.end_object().take());
    }

    async::task<result<http::response>> run_held(call& by) {
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const integration = integration_id::parse(in.required_text("integration_id", {36, 36}));
        incidents::unmapped_project_key held{
            integration.value_or(integration_id{}),
            in.optional_text("project_id", {1, 64}),
            in.optional_text("project_slug", {1, 200})
        };
        bool const dry = in.optional_bool("dry_run", true);
        if (!integration) in.reject("integration_id", "must be a UUID");
        if (!held.project_id && !held.project_slug) in.reject("project_id", "is required, or project_slug");
        if (auto bad = in.problems()) co_return *bad;
        auto const counts = co_await replay_.run_unmapped(
            by.organization(),
            std::move(held),
            dry ? incidents::replay_kind::dry : incidents::replay_kind::real
        );
        if (!counts) co_return counts.error();
        json::writer out;
        out.begin_object().field("dry_run", dry).name("outcomes").begin_object();
        for (auto const& [outcome, count] : *counts) out.field(to_string(outcome), count);
        co_return http::response::json(200, out.end_object().end_object().take());
    }

private:
    incidents::delivery_log& log_;
    incidents::replay& replay_;
};

}  // namespace

endpoints delivery_endpoints(incidents::delivery_log& log, incidents::replay& replay) {
    using http::method;
    using identity::permission;
    std::string const org = "/api/v1/orgs/{org}";
    auto const api = std::make_shared<deliveries_api>(log, replay);
    return {
        {method::get, org + "/deliveries", permission::view, [api](call& by) { return api->list(by); }},
        {method::get, org + "/deliveries/{id}", permission::view, [api](call& by) { return api->show(by); }},
        {method::post,
         org + "/deliveries/{id}/replay",
         permission::administer,
         [api](call& by) { return api->run_again(by); },
         http::body_kind::optional_json},
        {method::post,
         org + "/unmapped/replay",
         permission::administer,
         [api](call& by) { return api->run_held(by); },
         http::body_kind::json},
        {method::get, org + "/unmapped", permission::view, [api](call& by) { return api->unmapped(by); }},
    };
}

}  // namespace tocsin::gateway
