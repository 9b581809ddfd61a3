#pragma once

#include <tocsin/http/message.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tocsin::sentry {

/// A call of Sentry's API that is not one of the client's own: the caller has checked its path and its
/// parameters.
struct api_request {
    http::method method = http::method::get;
    std::vector<std::string> path;  ///< segments below /api/0/, not encoded
    std::vector<std::pair<std::string, std::string>> query;
    std::string body;  ///< JSON; empty: none
};

/// What Sentry itself responded.
struct api_response {
    int status = 0;
    http::fields headers;
    std::string body;
};

}  // namespace tocsin::sentry
