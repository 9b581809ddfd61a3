#pragma once

#include <tocsin/grants/call_rules.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::test {

/// The segments of a path, decoded already: "api/0/issues/".
inline std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (true) {
        auto const slash = path.find('/');
        segments.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

inline grants::sentry_style_call sentry_call(
    http::method method, std::string_view path, grants::call_fields query = {}, std::string body = {}
) {
    return {method, segments_of(path), std::move(query), std::move(body)};
}

inline grants::grant grant_of(std::vector<std::string> operations) {
    grants::grant made;
    made.operations = std::move(operations);
    return made;
}

inline std::string path_of(sentry::api_request const& request) {
    std::string path;
    for (auto const& segment : request.path) path += segment + "/";
    return path;
}

}  // namespace tocsin::test
