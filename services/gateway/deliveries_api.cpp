#include "gateway/deliveries_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"
#include "gateway/request_query.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using incidents::delivery;
using incidents::delivery_details;
using incidents::delivery_filter;
using incidents::replay_kind;

input<delivery_filter> delivery_query() {
    return query_fields<delivery_filter>()
        .words("outcome", &delivery_filter::outcome, words_of(incidents::outcome_names))
        .text("resource", &delivery_filter::resource)
        .id("integration", &delivery_filter::integration)
        .text("project", &delivery_filter::project)
        .text("request_id", &delivery_filter::request_id)
        .time("since", &delivery_filter::since)
        .time("until", &delivery_filter::until)
        .as_input();
}

struct replay_options {
    bool dry_run = true;
};

input<replay_options> replay_query() {
    return query_fields<replay_options>().flag("dry_run", &replay_options::dry_run).as_input();
}

struct unmapped_replay {
    integration_id integration;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> requested_service;
    bool dry_run = true;
};

input<unmapped_replay> unmapped_replay_body() {
    return body_fields<unmapped_replay>()
        .required("integration_id", &unmapped_replay::integration, id_text<integration_id>{})
        .optional("project_id", &unmapped_replay::project_id, text{{1, 64}})
        .optional("project_slug", &unmapped_replay::project_slug, text{{1, 200}})
        .optional("requested_service", &unmapped_replay::requested_service, text{{1, 200}})
        .optional("dry_run", &unmapped_replay::dry_run, flag{})
        .check([](json::reader& in, unmapped_replay const& given) {
            if (!given.project_id && !given.project_slug && !given.requested_service)
                in.reject("project_id", "is required unless project_slug or requested_service is given");
        })
        .as_input();
}

replay_kind kind_of(bool dry_run) {
    return dry_run ? replay_kind::dry : replay_kind::real;
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

/// The fields of both the list and the details.
void write_fields(json::writer& out, delivery const& from) {
    out.field("id", from.id.str())
        .field("received_at", from.received_at)
        .field("integration_id", from.integration.str())
        .field("resource", from.resource)
        .field("action", from.action)
        .field("outcome", from.outcome)
        .field("rule", from.rule);
    write_project(out, from.project_id, from.project_slug);
    out.name("source");
    if (from.source_kind && from.source_id)
        out.begin_object().field("kind", *from.source_kind).field("sentry_id", *from.source_id).end_object();
    else
        out.null();
    out.field("incident_number", from.incident_number)
        .field("request_id", text_or_null(from.request_id))
        .field("duplicate_of", id_or_null(from.duplicate_of))
        .field("size", from.size);
}

void write_delivery(json::writer& out, delivery const& from) {
    out.begin_object();
    write_fields(out, from);
    out.end_object();
}

/// Without the last character, if the text ends within it: at most three bytes.
std::string_view without_partial_character(std::string_view text) {
    auto const is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    auto end = text.size();
    for (int i = 0; i < 3 && end > 0 && is_continuation(text[end - 1]); ++i) --end;
    bool const ends_in_ascii =
        end == text.size() && end > 0 && static_cast<unsigned char>(text[end - 1]) < 0x80U;
    return ends_in_ascii || end == 0 ? text : text.substr(0, end - 1);
}

void write_details(json::writer& out, delivery_details const& from) {
    out.begin_object();
    write_fields(out, from.summary);
    out.name("headers").begin_object();
    out.field("Request-ID", from.summary.request_id)
        .field("Sentry-Hook-Resource", from.summary.resource)
        .field("Sentry-Hook-Timestamp", from.hook_timestamp)
        .end_object();
    // The text is for reading: ill-formed bytes are replaced in it, and then the exact bytes are added.
    constexpr std::size_t replacement_bytes = 3;
    auto const shown =
        from.body_truncated ? without_partial_character(from.body) : std::string_view(from.body);
    std::optional<std::string> text, exact;
    if (!shown.empty()) text = repaired(shown, (shown.size() + 1) * replacement_bytes);
    if (text && *text != shown) exact = to_base64(as_bytes(shown));
    out.field("body", text).field("body_base64", exact).field("body_truncated", from.body_truncated);
    out.field("signing_key", from.signing_key).field("cut", from.summary.cut).end_object();
}

void write_unmapped(json::writer& out, incidents::unmapped_project const& from) {
    out.begin_object().field("integration_id", from.integration.str());
    // An object even if the webhook names no project, as a metric alert may.
    out.name("project")
        .begin_object()
        .field("id", from.project_id)
        .field("slug", from.project_slug)
        .end_object();
    out.field("requested_service", from.requested_service)
        .field("deliveries", from.deliveries)
        .field("first_at", from.first_at)
        .field("last_at", from.last_at)
        .name("suggested_service");
    if (from.suggestion)
        write_service_ref(out, *from.suggestion);
    else
        out.null();
    out.end_object();
}

class deliveries_api {
public:
    deliveries_api(incidents::delivery_log& log, incidents::replay& replay) : log_(log), replay_(replay) {}

    response_task list(request_context& ctx, page_of<delivery_id> page, delivery_filter filter) {
        filter.limit = page.rows();
        filter.before = page.after;
        auto const items = co_await log_.list(ctx.organization(), std::move(filter));
        co_return key_page(page, items, write_delivery, [](delivery const& last) { return last.id.str(); });
    }

    response_task show(request_context& ctx, delivery_id id) {
        co_return json_result(co_await log_.find(ctx.organization(), id), write_details);
    }

    response_task body(request_context& ctx, delivery_id id) {
        auto found = co_await log_.find_body(ctx.organization(), id);
        if (!found) co_return found.error();
        http::response response;
        response.body = std::move(*found);
        response.headers.add("Content-Type", "application/octet-stream");
        response.headers.add("Content-Disposition", "attachment; filename=\"" + id.str() + ".json\"");
        co_return response;
    }

    response_task unmapped(request_context& ctx, list_slice slice) {
        auto const items = co_await log_.unmapped(ctx.organization());
        co_return slice_response(slice, items, write_unmapped);
    }

    /// A dry run unless the query says otherwise.
    response_task replay(request_context& ctx, delivery_id id, replay_options options) {
        auto const done =
            co_await replay_.run(ctx.organization(), id, kind_of(options.dry_run), ctx.tenant().by);
        if (!done) co_return done.error();
        json::writer out;
        out.begin_object()
            .field("dry_run", options.dry_run)
            .field("delivery_id", id_or_null(done->delivery))
            .field("outcome", to_string(done->outcome))
            .field("rule", done->rule)
            .field("incident", done->incident);
        co_return http::response::json(200, out.end_object().take());
    }

    response_task replay_unmapped(request_context& ctx, unmapped_replay wanted) {
        incidents::unmapped_project_key project{
            wanted.integration,
            std::move(wanted.project_id),
            std::move(wanted.project_slug),
            std::move(wanted.requested_service)
        };
        auto const counts = co_await replay_.run_unmapped(
            ctx.organization(), std::move(project), kind_of(wanted.dry_run), ctx.tenant().by
        );
        if (!counts) co_return counts.error();
        json::writer out;
        out.begin_object().field("dry_run", wanted.dry_run).name("outcomes").begin_object();
        for (auto const& [outcome, count] : *counts) out.field(to_string(outcome), count);
        co_return http::response::json(200, out.end_object().end_object().take());
    }

private:
    incidents::delivery_log& log_;
    incidents::replay& replay_;
};

}  // namespace

endpoints delivery_endpoints(incidents::delivery_log& log, incidents::replay& replay) {
    using identity::permission;
    using api = deliveries_api;
    endpoint_list<api> rows(std::make_shared<api>(log, replay), "/api/v1/orgs/{org}");
    auto const id =
        id_in_path<delivery_id>("id", "There is no such delivery. It may be older than the retention time.");
    rows.get("/deliveries", permission::view, &api::list, page_input<delivery_id>(), delivery_query());
    rows.get("/deliveries/{id}", permission::view, &api::show, id);
    rows.get("/deliveries/{id}/body", permission::view, &api::body, id);
    rows.post("/deliveries/{id}/replay", permission::administer, &api::replay, id, replay_query());
    rows.get("/unmapped", permission::view, &api::unmapped, slice_input());
    rows.post("/unmapped/replay", permission::administer, &api::replay_unmapped, unmapped_replay_body());
    return rows.take();
}

}  // namespace tocsin::gateway
