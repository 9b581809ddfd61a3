#include "gateway/openapi.hpp"

#include "gateway/embedded.hpp"

#include <string>

namespace tocsin::gateway {

namespace {

async::task<http::response> serve_document(http::request&) {
    co_return http::response::json(200, std::string(openapi_document()));
}

}  // namespace

std::string_view openapi_document() noexcept {
    return embedded::text_of(embedded::openapi_json, embedded::openapi_json_size);
}

http::route openapi_route() {
    return {.method = http::method::get, .pattern = "/api/openapi.json", .handle = serve_document};
}

}  // namespace tocsin::gateway
