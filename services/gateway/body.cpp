#include "gateway/body.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/base/time.hpp>

#include <algorithm>

namespace tocsin::gateway {

result<json::document> read_object(http::request const& request) {
    return json::parse(request.body.empty() ? std::string_view("{}") : std::string_view(request.body));
}

std::optional<service_id> read_service(json::reader& in, std::optional<std::string> const& text) {
    if (!text) return std::nullopt;
    auto const id = service_id::parse(*text);
    if (!id) in.reject("service_id", "must be a UUID");
    return id;
}

std::vector<std::string> query_list(http::request const& request, std::string_view name) {
    std::vector<std::string> values;
    for (auto const& one : request.query) {
        if (one.name != name) continue;
        std::string_view rest = one.value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(','), rest.size());
            if (auto const item = trim(rest.substr(0, end)); !item.empty()) values.emplace_back(item);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return values;
}

std::optional<std::string> query_text(http::request const& request, std::string_view name) {
    auto const found = request.query_value(name);
    return found && !found->empty() ? std::optional(std::string(*found)) : std::nullopt;
}

result<std::optional<timestamp>> query_time(http::request const& request, std::string_view name) {
    auto const text = query_text(request, name);
    if (!text) return std::optional<timestamp>();
    auto const at = parse_rfc3339(*text);
    if (!at) return bad_query(name, "must be a time such as 2026-03-02T09:14:05Z");
    return at;
}

result<void> check_words(
    std::string_view name,
    std::vector<std::string> const& values,
    std::initializer_list<std::string_view> known
) {
    for (auto const& value : values) {
        if (std::find(known.begin(), known.end(), value) != known.end()) continue;
        std::string expected;
        for (auto const word : known) expected += (expected.empty() ? "" : ", ") + std::string(word);
        return bad_query(name, "must be one of " + expected);
    }
    return {};
}

error bad_query(std::string_view name, std::string message) {
    return {
        errc::invalid,
        "The query parameter " + std::string(name) + " " + message + ".",
        {{std::string(name), std::move(message)}}
    };
}

}  // namespace tocsin::gateway
