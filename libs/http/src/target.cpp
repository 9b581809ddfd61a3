#include "target.hpp"

#include "grammar.hpp"

#include <algorithm>

namespace tocsin::http {
namespace {

bool is_plain_segment(std::string_view segment) noexcept {
    if (segment == "." || segment == "..") return false;
    return std::ranges::none_of(segment, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
    });
}

}  // namespace

std::optional<std::vector<std::string>> decode_path(std::string_view path) {
    std::vector<std::string> segments;
    if (path.size() <= 1) return segments;
    std::size_t begin = 1;
    while (true) {
        auto const slash = path.find('/', begin);
        auto segment = percent_decoded(path.substr(begin, slash - begin), plus::literal);
        if (!segment || !is_plain_segment(*segment)) return std::nullopt;
        segments.push_back(std::move(*segment));
        if (slash == std::string_view::npos) return segments;
        begin = slash + 1;
    }
}

std::optional<std::vector<query_parameter>> decode_query(std::string_view query) {
    std::vector<query_parameter> parameters;
    while (!query.empty()) {
        auto const end = query.find('&');
        auto const pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        auto name = percent_decoded(pair.substr(0, equals), plus::space);
        auto value = equals == std::string_view::npos ? std::optional<std::string>(std::in_place)
                                                      : percent_decoded(pair.substr(equals + 1), plus::space);
        if (!name || !value) return std::nullopt;
        parameters.push_back({std::move(*name), std::move(*value)});
    }
    return parameters;
}

}  // namespace tocsin::http
