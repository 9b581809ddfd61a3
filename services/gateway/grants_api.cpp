#include "gateway/grants_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/grant_inputs.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <tocsin/grants/answer_rules.hpp>
#include <tocsin/sentry/responses.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using grants::call_answer;
using grants::grant;
using grants::grant_change;
using grants::grant_id;
using grants::new_grant;
using grants::recorded_call;

void write_holder(json::writer& out, grants::holder const& from) {
    out.name("holder").begin_object();
    if (from.token) {
        out.field("token_id", from.token->str()).field("name", from.name);
    } else {
        out.field("email", from.name);
    }
    out.end_object();
}

void write_grant(json::writer& out, grant const& from) {
    std::vector<std::string> projects;
    for (auto const& each : from.projects) projects.push_back(each.slug.empty() ? each.id : each.slug);
    out.begin_object()
        .field("id", from.id.str())
        .field("name", from.name)
        .field("integration_id", from.integration.str());
    write_holder(out, from.holder);
    out.field("operations", from.operations)
        .field("projects", projects)
        .field("approval", to_string(from.approval))
        .field("per_minute", from.per_minute)
        .field("created_by", from.created_by)
        .field("created_at", from.created_at)
        .field("expires_at", from.expires_at)
        .field("last_used_at", from.last_used_at)
        .end_object();
}

void write_call(json::writer& out, recorded_call const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("at", from.at)
        .field("operation", text_or_null(from.operation))
        .field("project", text_or_null(from.project))
        .field("result", to_string(from.result))
        .field("status", from.status)
        .field("bytes", from.bytes)
        .field("duration_ms", from.duration_ms)
        .field("detail", text_or_null(from.detail))
        .field("caller", from.caller)
        .field("request_id", from.request_id)
        .name("arguments");
    if (from.arguments.empty()) {
        out.null();
    } else {
        out.raw(from.arguments);
    }
    out.end_object();
}

/// Sentry's cursor of the next page; nothing on the last page.
std::optional<std::string> next_cursor_of(call_answer const& answer) {
    return sentry::next_cursor(answer.headers.find("Link").value_or(""));
}

/// Of a call that waits for a person, who decides on a page of the console.
http::response asked_response(
    grants::approval_id id, config::base_url const& console, std::string_view organization
) {
    json::writer out;
    out.begin_object()
        .field("approval_id", id.str())
        .field("approval_url", console.str() + "/o/" + std::string(organization) + "/approvals/" + id.str())
        .end_object();
    return http::response::json(202, out.take());
}

result<http::response> named_response(call_answer answer) {
    if (!answer.body.empty() && !grants::is_json(answer.body))
        return error{errc::unavailable, "Sentry's response cannot be used. Try again in a minute."};
    json::writer out;
    out.begin_object().field("status", answer.status).name("data");
    if (answer.body.empty()) {
        out.null();
    } else {
        out.raw(answer.body);
    }
    auto response =
        http::response::json(200, out.field("next_cursor", next_cursor_of(answer)).end_object().take());
    for (auto const& [name, value] : answer.headers.all())
        if (name != "Link") response.headers.set(name, value);
    return response;
}

/// Sentry's response under the gateway's URL.
http::response sentry_style_response(call_answer answer, std::string const& url) {
    http::response response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    if (!response.body.empty()) response.headers.set("Content-Type", "application/json");
    for (auto const& [name, value] : answer.headers.all()) {
        auto const kept = name == "Link" ? grants::link_of(value, url) : value;
        if (!kept.empty()) response.headers.set(name, kept);
    }
    return response;
}

std::string url_without_cursor(config::base_url const& base, http::request const& request) {
    std::vector<std::pair<std::string, std::string>> query;
    for (auto const& [name, value] : request.query)
        if (name != "cursor") query.emplace_back(name, value);
    auto const url = base.str() + request.target;
    return query.empty() ? url : url + "?" + http::form_encoded(query);
}

class grants_api {
public:
    explicit grants_api(grant_parts parts) : parts_(std::move(parts)) {}

    response_task list(request_context& ctx, grant_filter filter, page_of<grant_id> page) {
        auto const items =
            co_await parts_.grants.list(ctx.organization(), page.after, filter.name, page.rows());
        co_return key_page(page, items, write_grant, [](grant const& last) { return last.id.str(); });
    }

    response_task find(request_context& ctx, grant_id id) {
        co_return json_result(co_await parts_.grants.find(ctx.organization(), id), write_grant);
    }

    response_task create(request_context& ctx, new_grant wanted) {
        auto const created =
            co_await parts_.grants.create(ctx.organization(), ctx.principal, std::move(wanted));
        co_return json_result(created, write_grant, 201);
    }

    response_task change(request_context& ctx, grant_id id, grant_change wanted) {
        auto const changed =
            co_await parts_.grants.change(ctx.organization(), ctx.principal, id, std::move(wanted));
        co_return json_result(changed, write_grant);
    }

    response_task revoke(request_context& ctx, grant_id id) {
        co_return no_content_result(co_await parts_.grants.revoke(ctx.organization(), ctx.principal, id));
    }

    response_task calls(request_context& ctx, grant_id id, page_of<call_key> page) {
        std::optional<uuid> before;
        if (page.after) before = page.after->value;
        auto const items = co_await parts_.grants.calls(ctx.organization(), id, before, page.rows());
        if (!items) co_return items.error();
        co_return key_page(page, *items, write_call, [](recorded_call const& last) { return last.id.str(); });
    }

    response_task call(request_context& ctx, grant_id id, grants::named_call wanted) {
        auto answer =
            co_await parts_.caller.call(ctx.organization(), ctx.principal, id, grants::plan(wanted));
        if (!answer) co_return answer.error();
        if (answer->approval)
            co_return asked_response(*answer->approval, parts_.public_url, ctx.membership->slug);
        co_return named_response(std::move(*answer));
    }

    response_task pass(request_context& ctx, grant_id id, grants::sentry_style_call wanted) {
        auto const url = url_without_cursor(parts_.public_url, ctx.request);
        auto answer =
            co_await parts_.caller.call(ctx.organization(), ctx.principal, id, grants::plan(wanted));
        if (!answer) co_return answer.error();
        if (answer->approval)
            co_return asked_response(*answer->approval, parts_.public_url, ctx.membership->slug);
        co_return sentry_style_response(std::move(*answer), url);
    }

private:
    grant_parts parts_;
};

}  // namespace

endpoints grant_endpoints(grant_parts parts) {
    using identity::permission;
    using api = grants_api;
    endpoint_list<api> rows(std::make_shared<api>(std::move(parts)), "/api/v1/orgs/{org}/grants");
    auto const id = id_in_path<grant_id>("id", "There is no such grant.");
    rows.get("", permission::view, &api::list, grant_filter_input(), page_input<grant_id>());
    rows.post("", permission::administer, &api::create, new_grant_body());
    rows.get("/{id}", permission::view, &api::find, id);
    rows.patch("/{id}", permission::administer, &api::change, id, grant_change_body());
    rows.remove("/{id}", permission::administer, &api::revoke, id);
    rows.get("/{id}/calls", permission::administer, &api::calls, id, page_input<call_key>());
    rows.post("/{id}/call", permission::view, &api::call, id, named_call_body());
    rows.get("/{id}/sentry/{path...}", permission::view, &api::pass, id, sentry_call_input());
    rows.post("/{id}/sentry/{path...}", permission::view, &api::pass, id, sentry_call_body());
    rows.put("/{id}/sentry/{path...}", permission::view, &api::pass, id, sentry_call_body());
    return rows.take();
}

}  // namespace tocsin::gateway
