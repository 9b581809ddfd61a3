#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/http/client.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sentry {

inline std::string installation_path(
    config::base_url const& base, uuid const& id, std::string_view suffix = {}
) {
    return base.path + "/api/0/sentry-app-installations/" + id.str() + "/" + std::string(suffix);
}

/// A path segment. Servers and proxies resolve dot segments to another resource, and an empty segment names a
/// list, so these become a name that does not exist.
inline std::string path_segment(std::string_view text) {
    if (text.empty() || text == "." || text == "..") return "-";
    return http::encoded_segment(text);
}

inline std::string organization_path(config::base_url const& base, std::string_view id_or_slug) {
    return base.path + "/api/0/organizations/" + path_segment(id_or_slug) + "/";
}

/// A request and the secrets in it, which must not be shown if a response repeats them.
struct secret_request {
    http::client_request request;
    std::vector<secret> secrets;
};

inline secret_request with_bearer(http::method method, std::string target, secret const& token) {
    http::client_request request{.method = method, .target = std::move(target), .headers = {}, .body = {}};
    request.headers.set("Accept", "application/json");
    request.headers.set("Authorization", "Bearer " + std::string(token.reveal()));
    return {std::move(request), {token}};
}

inline void set_json(http::client_request& request, std::string body) {
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
}

}  // namespace tocsin::sentry
