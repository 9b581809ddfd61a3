#include "gateway/audit_api.hpp"

#include "gateway/audit_file.hpp"
#include "gateway/endpoint_list.hpp"
#include "gateway/paging.hpp"
#include "gateway/request_query.hpp"

#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::audit_entry;
using identity::audit_filter;

/// Entries in one file. A client gets more by asking again with `until`.
constexpr std::int64_t export_max = 10'000;

input<audit_filter> audit_query() {
    constexpr std::size_t longest = 300;
    return query_fields<audit_filter>()
        .text("actor", &audit_filter::actor, longest)
        .text("action", &audit_filter::action, longest)
        .text("subject", &audit_filter::subject, longest)
        .time("since", &audit_filter::since)
        .time("until", &audit_filter::until)
        .as_input();
}

struct export_options {
    std::optional<std::string> format;
};

input<export_options> export_query() {
    return query_fields<export_options>()
        .words("format", &export_options::format, {"csv", "ndjson"})
        .as_input();
}

class audit_api {
public:
    explicit audit_api(identity::audit_log& log) : log_(log) {}

    response_task list(request_context& ctx, page_of<std::int64_t> page, audit_filter filter) {
        auto const items = co_await log_.list(ctx.organization(), std::move(filter), page.after, page.rows());
        co_return key_page(page, items, write_audit_entry, [](audit_entry const& last) {
            return std::to_string(last.id);
        });
    }

    response_task file(request_context& ctx, audit_filter filter, export_options options) {
        bool const as_csv = options.format.value_or("csv") == "csv";
        json::writer after;
        after.begin_object().field("format", as_csv ? "csv" : "ndjson").end_object();
        co_await log_.note(
            ctx.organization(),
            ctx.tenant().by,
            "audit.exported",
            "organization",
            ctx.organization().value,
            after.take()
        );
        auto entries =
            co_await log_.list(ctx.organization(), std::move(filter), std::nullopt, export_max + 1);
        bool const complete = entries.size() <= static_cast<std::size_t>(export_max);
        if (!complete) entries.pop_back();
        http::response response;
        response.body = as_csv ? audit_csv(entries) : audit_lines(entries);
        response.headers.add("Content-Type", as_csv ? "text/csv; charset=utf-8" : "application/x-ndjson");
        auto const name = "audit-" + ctx.membership->slug + (as_csv ? ".csv" : ".ndjson");
        response.headers.add("Content-Disposition", "attachment; filename=\"" + name + "\"");
        response.headers.add("Tocsin-Entries", std::to_string(entries.size()));
        response.headers.add("Tocsin-Complete", complete ? "true" : "false");
        co_return response;
    }

private:
    identity::audit_log& log_;
};

}  // namespace

endpoints audit_endpoints(identity::audit_log& log) {
    using identity::permission;
    using api = audit_api;
    endpoint_list<api> rows(std::make_shared<api>(log), "/api/v1/orgs/{org}/audit");
    rows.get("", permission::administer, &api::list, page_input<std::int64_t>(), audit_query());
    rows.get("/export", permission::administer, &api::file, audit_query(), export_query());
    return rows.take();
}

}  // namespace tocsin::gateway
