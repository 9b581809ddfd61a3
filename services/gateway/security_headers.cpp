#include "gateway/security_headers.hpp"

namespace tocsin::gateway {

std::vector<std::pair<std::string, std::string>> common_headers(transport public_side) {
    std::vector<std::pair<std::string, std::string>> headers = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    };
    // Two years. Browsers ignore it on plain HTTP.
    if (public_side == transport::tls)
        headers.emplace_back("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    return headers;
}

std::string page_policy(std::string_view nonce) {
    return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
           "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";
}

}  // namespace tocsin::gateway
