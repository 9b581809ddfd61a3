#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/sentry/client.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sentry {

/// Of a list of a hundred items per page; nobody has more than ten thousand.
inline constexpr int max_pages = 100;

inline std::string installation_path(
    config::base_url const& base, uuid const& id, std::string_view below = {}
) {
    return base.path + "/api/0/sentry-app-installations/" + id.str() + "/" + std::string(below);
}

/// A segment of a path. A dot segment would be resolved on the way and name another thing, and an empty one
/// another list; so both become a name that nothing has.
inline std::string path_segment(std::string_view text) {
    if (text.empty() || text == "." || text == "..") return "-";
    return http::encoded_segment(text);
}

inline std::string organization_path(config::base_url const& base, std::string_view id_or_slug) {
    return base.path + "/api/0/organizations/" + path_segment(id_or_slug) + "/";
}

inline http::client_request with_bearer(http::method method, std::string target, secret const& token) {
    http::client_request request{.method = method, .target = std::move(target), .headers = {}, .body = {}};
    request.headers.set("Accept", "application/json");
    request.headers.set("Authorization", "Bearer " + std::string(token.reveal()));
    return request;
}

inline void set_json(http::client_request& request, std::string body) {
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
}

/// The failure of an answer whose status said success and whose body cannot be used: what was asked for has
/// probably happened.
inline call_failure unusable(std::string detail) {
    return {
        .kind = failure_kind::transient,
        .http_status = 200,
        .detail = std::move(detail),
        .in_doubt = true,
        .retry_after = {}
    };
}

}  // namespace tocsin::sentry
