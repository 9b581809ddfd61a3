#include "gateway/request_query.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::gateway {

std::optional<std::string> query_text(http::request const& request, std::string_view name) {
    auto const value = request.query_value(name);
    return value && !value->empty() ? std::optional(std::string(*value)) : std::nullopt;
}

std::vector<std::string> query_list(http::request const& request, std::string_view name) {
    std::vector<std::string> values;
    for (auto const& parameter : request.query) {
        if (parameter.name != name) continue;
        std::string_view rest = parameter.value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(','), rest.size());
            if (auto const item = trim(rest.substr(0, end)); !item.empty()) values.emplace_back(item);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return values;
}

result<std::optional<timestamp>> query_time(http::request const& request, std::string_view name) {
    auto const given = query_text(request, name);
    if (!given) return std::optional<timestamp>();
    auto const at = parse_rfc3339(*given);
    if (!at) return bad_query(name, "must be a time such as 2026-03-02T09:14:05Z");
    return at;
}

result<void> check_words(
    std::string_view name, std::vector<std::string> const& values, std::vector<std::string> const& words
) {
    bool const known = std::all_of(values.begin(), values.end(), [&](auto const& value) {
        return std::find(words.begin(), words.end(), value) != words.end();
    });
    if (known) return {};
    return bad_query(name, "must be one of " + listed(words));
}

error bad_query(std::string_view name, std::string message) {
    return {
        errc::invalid,
        "The query parameter " + std::string(name) + " " + message + ".",
        {{std::string(name), std::move(message)}}
    };
}

std::optional<error> misused_parameter(http::request const& request, std::vector<input_field> const& fields) {
    std::vector<std::string> known;
    for (auto const& field : fields)
        if (field.in == input_field::location::query) known.push_back(field.name);
    if (known.empty()) return std::nullopt;
    for (auto const& parameter : request.query) {
        auto const name = printable(parameter.name, 100);
        auto const declared = std::ranges::find_if(fields, [&](input_field const& field) {
            return field.in == input_field::location::query && field.name == parameter.name;
        });
        if (declared == fields.end())
            return bad_query(name, "is not known here; the parameters are " + listed(known));
        auto const given = std::ranges::count(request.query, parameter.name, &http::query_parameter::name);
        if (given > 1 && !declared->repeatable) return bad_query(name, "must be given once");
    }
    return std::nullopt;
}

}  // namespace tocsin::gateway
