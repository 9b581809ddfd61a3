#include "gateway/audit_file.hpp"

#include "gateway/json_response.hpp"

#include <initializer_list>
#include <string_view>

namespace tocsin::gateway {

namespace {

using identity::audit_entry;

void write_value(json::writer& out, std::string_view name, std::optional<std::string> const& value) {
    if (value)
        out.name(name).raw(*value);
    else
        out.field(name, nullptr);
}

/// An actor or a subject.
void write_party(
    json::writer& out,
    std::string_view member,
    std::string const& kind,
    std::optional<uuid> const& id,
    std::string const& name
) {
    out.name(member).begin_object();
    out.field("kind", kind).field("id", id_or_null(id)).field("name", name).end_object();
}

/// One field of CSV (RFC 4180). A leading quote keeps spreadsheets from reading a value as a formula.
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

}  // namespace

void write_audit_entry(json::writer& out, audit_entry const& from) {
    out.begin_object().field("id", std::to_string(from.id)).field("at", from.at);
    write_party(out, "actor", from.actor_kind, from.actor_id, from.actor_name);
    out.field("action", from.action);
    write_party(out, "subject", from.subject_kind, from.subject_id, from.subject_name);
    write_value(out, "before", from.before);
    write_value(out, "after", from.after);
    out.field("address", from.address).field("request_id", from.request_id).end_object();
}

std::string audit_csv(std::vector<audit_entry> const& entries) {
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
             id_or_null(each.actor_id).value_or(""),
             each.actor_name,
             each.action,
             each.subject_kind,
             id_or_null(each.subject_id).value_or(""),
             each.subject_name,
             each.before.value_or(""),
             each.after.value_or(""),
             each.address,
             each.request_id}
        );
    }
    return out;
}

std::string audit_lines(std::vector<audit_entry> const& entries) {
    std::string out;
    for (auto const& each : entries) {
        json::writer line;
        write_audit_entry(line, each);
        out += line.take() + '\n';
    }
    return out;
}

}  // namespace tocsin::gateway
