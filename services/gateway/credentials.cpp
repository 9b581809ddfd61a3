#include "gateway/credentials.hpp"

#include <tocsin/base/text.hpp>

namespace tocsin::gateway {

std::string_view session_cookie::name() const noexcept {
    return kind_ == kind::secure ? "__Host-tocsin_session" : "tocsin_session";
}

std::string session_cookie::attributes() const {
    return std::string("; Path=/; HttpOnly; SameSite=Lax") + (kind_ == kind::secure ? "; Secure" : "");
}

// The server ends sessions. Browsers keep a cookie for 400 days at most.
std::string session_cookie::set(secret const& token) const {
    return std::string(name()) + "=" + std::string(token.reveal()) + attributes() + "; Max-Age=34560000";
}

std::string session_cookie::clear() const {
    return std::string(name()) + "=" + attributes() + "; Max-Age=0";
}

std::string_view session_cookie::device_name() const noexcept {
    return kind_ == kind::secure ? "__Host-tocsin_device" : "tocsin_device";
}

std::string session_cookie::set_device(secret const& token) const {
    return std::string(device_name()) + "=" + std::string(token.reveal()) + attributes() +
           "; Max-Age=34560000";
}

std::optional<secret> session_cookie::device_of(http::request const& request) const {
    auto const value = request.cookie(device_name());
    return value ? std::optional(secret(std::string(*value))) : std::nullopt;
}

request_credentials read_credentials(http::request const& request, session_cookie const& cookie) {
    using kinds = request_credentials::kinds;
    auto const authorizations = request.headers.count("Authorization");
    if (authorizations > 1) return {kinds::unusable, {}};
    if (authorizations == 1) {
        constexpr std::string_view scheme = "Bearer ";
        auto const value = *request.headers.find("Authorization");
        if (!iequals(value.substr(0, scheme.size()), scheme)) return {kinds::unusable, {}};
        return {kinds::token, secret(std::string(trim(value.substr(scheme.size()))))};
    }
    auto const session = request.cookie(cookie.name());
    if (!session || session->empty()) return {};
    return {kinds::session, secret(std::string(*session))};
}

request_source source_of(http::fields const& headers, std::string_view public_origin) {
    auto const sites = headers.count("Sec-Fetch-Site");
    if (sites > 0) {
        auto const site = *headers.find("Sec-Fetch-Site");
        bool const own = sites == 1 && (site == "same-origin" || site == "none");
        return own ? request_source::own : request_source::foreign;
    }
    auto const origins = headers.count("Origin");
    if (origins == 0) return request_source::own;
    bool const own = origins == 1 && *headers.find("Origin") == public_origin;
    return own ? request_source::own : request_source::foreign;
}

bool is_unsafe(http::method method) noexcept {
    return method != http::method::get && method != http::method::head;
}

}  // namespace tocsin::gateway
