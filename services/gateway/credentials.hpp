#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::gateway {

/// The session cookie, and the cookie that identifies a known browser. With https they have the `__Host-`
/// prefix and are Secure. With plain HTTP on loopback they have neither, because browsers would drop them.
class session_cookie {
public:
    enum class kind { secure, plain };
    explicit session_cookie(kind k) : kind_(k) {}

    std::string_view name() const noexcept;
    bool is_secure() const noexcept { return kind_ == kind::secure; }
    /// Values of Set-Cookie that begin and end a session.
    std::string set(secret const& token) const;
    std::string clear() const;

    /// The cookie of a browser in which a user has signed in before. It grants no access.
    std::string_view device_name() const noexcept;
    std::string set_device(secret const& token) const;
    std::optional<secret> device_of(http::request const& request) const;

private:
    std::string attributes() const;
    kind kind_;
};

/// The credentials in a request. A bearer token wins over a cookie.
struct request_credentials {
    enum class kinds { none, session, token, unusable } kind = kinds::none;
    secret value;
};
request_credentials read_credentials(http::request const& request, session_cookie const& cookie);

/// The origin of a request, as far as the browser says. Sec-Fetch-Site decides: same-origin, or none for the
/// address bar. Without it, Origin must be `public_origin`. A request with neither header comes from no
/// browser.
enum class request_source { own, foreign };
request_source source_of(http::fields const& headers, std::string_view public_origin);

/// True if a request with this method can change anything.
bool is_unsafe(http::method method) noexcept;

}  // namespace tocsin::gateway
