#include "gateway/audit_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::audit_entry;

/// Entries in one file; more are fetched by asking again with `until`.
constexpr std::int64_t export_max = 10'000;

std::optional<std::string> text_of(std::optional<uuid> const& id) {
    return id ? std::optional(id->str()) : std::nullopt;
}

void write_value(json::writer& out, std::string_view name, std::optional<std::string> const& value) {
    if (value)
        out.name(name).raw(*value);
    else
        out.field(name, nullptr);
}

void write_entry(json::writer& out, audit_entry const& of) {
    out.begin_object().field("id", std::to_string(of.id)).field("at", of.at);
    out.name("actor")
        .begin_object()
        .field("kind", of.actor_kind)
        .field("id", text_of(of.actor_id))
        .field("name", of.actor_name)
        .end_object();
    out.field("action", of.action);
    out.name("subject")
        .begin_object()
        .field("kind", of.subject_kind)
        .field("id", text_of(of.subject_id))
        .field("name", of.subject_name)
        .end_object();
    write_value(out, "before", of.before);
    write_value(out, "after", of.after);
    out.field("address", of.address).field("request_id", of.request_id).end_object();
}

/// One field of CSV (RFC 4180). A leading sign that spreadsheets take for a formula is defused.
std::string csv_field(std::string_view text) {
    std::string out = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
        out += '\'';
    for (char const c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

std::string csv_record(std::initializer_list<std::string_view> fields) {
    std::string out;
    for (auto const field : fields) out += (out.empty() ? "" : ",") + csv_field(field);
    return out + "\r\n";
}

std::string csv_of(std::vector<audit_entry> const& entries) {
    auto out = csv_record(
        {"id",
         "at",
         "actor_kind",
         "actor_id",
         "actor_name",
         "action",
         "subject_kind",
         "subject_id",
         "subject_name",
         "before",
         "after",
         "address",
         "request_id"}
    );
    for (auto const& each : entries) {
        out += csv_record(
            {std::to_string(each.id),
             to_rfc3339(each.at),
             each.actor_kind,
             text_of(each.actor_id).value_or(""),
             each.actor_name,
             each.action,
             each.subject_kind,
             text_of(each.subject_id).value_or(""),
             each.subject_name,
             each.before.value_or(""),
             each.after.value_or(""),
             each.address,
             each.request_id}
        );
    }
    return out;
}

std::string lines_of(std::vector<audit_entry> const& entries) {
    std::string out;
    for (auto const& each : entries) {
        json::writer line;
        write_entry(line, each);
        out += line.take() + '\n';
    }
    return out;
}

result<std::optional<std::string>> read_text(http::request const& from, std::string_view name) {
    constexpr std::size_t longest = 300;
    auto text = query_text(from, name);
    if (text && text->size() > longest) return bad_query(name, "must have at most 300 bytes");
    return text;
}

result<identity::audit_filter> read_filter(http::request const& from) {
    identity::audit_filter wanted;
    for (auto const& [name, into] :
         {std::pair("actor", &wanted.actor),
          std::pair("action", &wanted.action),
          std::pair("subject", &wanted.subject)}) {
        auto text = read_text(from, name);
        if (!text) return text.error();
        *into = std::move(*text);
    }
    for (auto const& [name, into] : {std::pair("since", &wanted.since), std::pair("until", &wanted.until)}) {
        auto const at = query_time(from, name);
        if (!at) return at.error();
        *into = *at;
    }
    return wanted;
}

class audit_api {
public:
    explicit audit_api(identity::audit_log& log) : log_(log) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        auto filter = read_filter(by.request);
        if (!filter) co_return filter.error();
        std::optional<std::int64_t> before;
        if (wanted->cursor) {
            before = whole_number(*wanted->cursor);
            if (!before) co_return bad_cursor();
        }
        auto const items =
            co_await log_.list(by.organization(), std::move(*filter), before, wanted->limit + 1);
        co_return key_page(*wanted, items, write_entry, [](audit_entry const& last) {
            return std::to_string(last.id);
        });
    }

    async::task<result<http::response>> file(call& by) {
        auto filter = read_filter(by.request);
        if (!filter) co_return filter.error();
        auto const format = query_text(by.request, "format").value_or("csv");
        if (auto const known = check_words("format", {format}, {"csv", "ndjson"}); !known)
            co_return known.error();
        auto entries =
            co_await log_.list(by.organization(), std::move(*filter), std::nullopt, export_max + 1);
        bool const cut = entries.size() > static_cast<std::size_t>(export_max);
        if (cut) entries.pop_back();
        http::response answer;
        answer.body = format == "csv" ? csv_of(entries) : lines_of(entries);
        answer.headers.add(
            "Content-Type", format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson"
        );
        answer.headers.add(
            "Content-Disposition", "attachment; filename=\"audit-" + by.membership->slug + "." + format + "\""
        );
        answer.headers.add("Tocsin-Entries", std::to_string(entries.size()));
        answer.headers.add("Tocsin-Complete", cut ? "false" : "true");
        co_return answer;
    }

private:
    identity::audit_log& log_;
};

}  // namespace

endpoints audit_endpoints(identity::audit_log& log) {
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/audit";
    auto const api = std::make_shared<audit_api>(log);
    return {
        {method::get, all, permission::administer, [api](call& by) { return api->list(by); }},
        {method::get, all + "/export", permission::administer, [api](call& by) { return api->file(by); }},
    };
}

}  // namespace tocsin::gateway
