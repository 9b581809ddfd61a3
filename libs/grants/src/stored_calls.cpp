#include "stored_calls.hpp"

#include <tocsin/json/writer.hpp>

#include <algorithm>

namespace tocsin::grants {

namespace {

void write_fields(json::writer& out, std::string_view name, call_fields const& fields) {
    out.name(name).begin_array();
    for (auto const& [field, value] : fields) out.begin_array().text(field).text(value).end_array();
    out.end_array();
}

std::string text_in(json::value const& object, std::string_view name) {
    auto const found = object.find(name);
    return std::string(found ? found->as_string().value_or("") : "");
}

call_fields fields_in(json::value const& object, std::string_view name) {
    call_fields fields;
    auto const list = object.find(name);
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        auto const pair = list->element(i);
        if (pair.size() != 2) continue;
        fields.emplace_back(
            pair.element(0).as_string().value_or(""), pair.element(1).as_string().value_or("")
        );
    }
    return fields;
}

}  // namespace

std::string stored_call(planned_call const& call) {
    json::writer out;
    out.begin_object().field("method", to_string(call.operations.front()->method)).field("path", call.path);
    write_fields(out, "captures", call.captures);
    write_fields(out, "query", call.query);
    write_fields(out, "body", call.body);
    return out.end_object().take();
}

result<planned_call> read_stored_call(std::string_view text, std::string_view organization) {
    auto const parsed = json::parse(text);
    if (!parsed) return parsed.error();
    auto const root = parsed->root();
    auto const captures = fields_in(root, "captures");
    sentry_style_call call{.method = http::method::get, .path = {"api", "0"}, .query = {}, .body = {}};
    auto const method = text_in(root, "method");
    if (method == to_string(http::method::put)) call.method = http::method::put;
    if (method == to_string(http::method::post)) call.method = http::method::post;
    auto const pattern = text_in(root, "path");
    for (std::string_view rest = pattern; !rest.empty();) {
        auto const end = std::min(rest.find('/'), rest.size());
        auto segment = std::string(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        for (auto const& [name, value] : captures)
            if (segment == "{" + name + "}") segment = value;
        if (segment == "{org}") segment = organization;
        call.path.push_back(std::move(segment));
    }
    call.query = fields_in(root, "query");
    if (auto const body = fields_in(root, "body"); !body.empty()) {
        json::writer out;
        out.begin_object();
        for (auto const& [name, value] : body) out.field(name, value);
        call.body = out.end_object().take();
    }
    return plan(call);
}

}  // namespace tocsin::grants
