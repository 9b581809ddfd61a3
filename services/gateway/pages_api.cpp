#include "gateway/pages_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"
#include "gateway/request_query.hpp"

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using notify::page_filter;
using notify::page_id;
using notify::page_view;
using oncall::alarm_view;

input<page_filter> page_query() {
    return query_fields<page_filter>()
        .list("state", &page_filter::states, words_of(notify::page_state_names))
        .text("user", &page_filter::user, 320)
        .list("method", &page_filter::methods, words_of(notify::method_kind_names))
        .as_input();
}

input<std::int64_t> incident_in_path() {
    return {[](request_context& ctx) -> result<std::int64_t> {
        auto const number = whole_number(ctx.request.capture("number"));
        if (number && *number > 0) return *number;
        return error{errc::not_found, "There is no such incident."};
    }};
}

void write_person(json::writer& out, std::string_view email, std::string_view name) {
    out.name("person").begin_object().field("email", email).field("name", name).end_object();
}

void write_page(json::writer& out, page_view const& from) {
    out.begin_object().field("id", from.id.str()).field("incident_number", from.incident);
    write_person(out, from.email, from.name);
    out.name("method");
    if (from.method.empty())
        out.null();
    else
        out.begin_object().field("kind", from.method).field("mask", from.mask).end_object();
    out.field("step", from.step)
        .field("lap", from.lap)
        .field("urgency", from.urgency)
        .field("state", to_string(from.state))
        .field("reason", text_or_null(from.reason))
        .field("due_at", from.due_at)
        .field("accepted_at", from.accepted_at)
        .field("delivered_at", from.delivered_at)
        .field("seen_at", from.seen_at)
        .field("acted_at", from.acted_at)
        .name("attempts")
        .begin_array();
    for (auto const& each : from.attempts)
        out.begin_object()
            .field("at", each.at)
            .field("outcome", each.outcome)
            .field("http_status", each.http_status)
            .field("detail", text_or_null(each.detail))
            .end_object();
    out.end_array().end_object();
}

void write_alarm(json::writer& out, alarm_view const& from) {
    bool const exists = from.state != oncall::alarm_state::none;
    auto const known = [exists]<class T>(T value) {
        return exists ? std::optional<T>(std::move(value)) : std::nullopt;
    };
    bool const is_running = from.state == oncall::alarm_state::running;
    out.begin_object()
        .field("state", to_string(from.state))
        .field("policy_id", known(from.policy.str()))
        .field("policy_version", known(from.version))
        .field("urgency", known(to_string(from.urgency)))
        .field("step", known(from.at.step))
        .field("lap", known(from.at.lap))
        .field("due_at", is_running ? std::optional(from.due_at) : std::nullopt)
        .field("started_at", known(from.started_at))
        .field("ended_at", from.ended_at)
        .name("next")
        .begin_array();
    for (auto const& each : from.next) {
        out.begin_object();
        write_person(out, each.email, each.name);
        out.field("at", each.at).end_object();
    }
    out.end_array().end_object();
}

class pages_api {
public:
    explicit pages_api(notify::page_log& log) : log_(log) {}

    response_task list(request_context& ctx, page_of<page_id> page, page_filter filter) {
        filter.before = page.after;
        filter.limit = page.rows();
        auto const items = co_await log_.list(ctx.organization(), std::move(filter));
        co_return shown(page, items);
    }

    response_task of_incident(request_context& ctx, std::int64_t number, page_of<page_id> page) {
        page_filter filter{.before = page.after, .limit = page.rows()};
        auto const items = co_await log_.of_incident(ctx.organization(), number, std::move(filter));
        if (!items) co_return items.error();
        co_return shown(page, *items);
    }

    response_task alarm(request_context& ctx, std::int64_t number) {
        co_return json_result(co_await log_.alarm(ctx.organization(), number), write_alarm);
    }

private:
    static http::response shown(page_of<page_id> const& page, std::vector<page_view> const& items) {
        return key_page(page, items, write_page, [](page_view const& last) { return last.id.str(); });
    }

    notify::page_log& log_;
};

}  // namespace

endpoints page_endpoints(notify::page_log& log) {
    using identity::permission;
    using api = pages_api;
    endpoint_list<api> rows(std::make_shared<api>(log), "/api/v1/orgs/{org}");
    rows.get("/pages", permission::view, &api::list, page_input<page_id>(), page_query());
    auto const number = incident_in_path();
    rows.get("/incidents/{number}/alarm", permission::view, &api::alarm, number);
    rows.get("/incidents/{number}/pages", permission::view, &api::of_incident, number, page_input<page_id>());
    return rows.take();
}

}  // namespace tocsin::gateway
