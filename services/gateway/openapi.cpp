#include "gateway/openapi.hpp"

#include "gateway/openapi_json.hpp"

#include <string>

namespace tocsin::gateway {

namespace {

async::task<http::response> document(http::request&) {
    co_return http::response::json(200, std::string(openapi_document()));
}

}  // namespace

std::string_view openapi_document() noexcept {
    return {reinterpret_cast<char const*>(embedded::openapi_json), embedded::openapi_json_size};
}

http::route openapi_route() {
    return {.method = http::method::get, .pattern = "/api/openapi.json", .handle = document};
}

}  // namespace tocsin::gateway
