#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::gateway {

/// The session cookie. Behind https it has the `__Host-` prefix and is Secure; on a plain loopback URL
/// neither, or nothing could sign in there.
class session_cookie {
public:
    enum class kind { secure, plain };
    explicit session_cookie(kind of) : kind_(of) {}

    std::string_view name() const noexcept;
    /// The value of Set-Cookie that hands out a session, or takes it away.
    std::string set(secret const& token) const;
    std::string clear() const;

    /// The cookie by which a browser in which somebody signed in before is known again. It opens nothing.
    std::string_view device_name() const noexcept;
    std::string set_device(secret const& token) const;
    std::optional<secret> device_of(http::request const& request) const;

private:
    std::string attributes() const;
    kind kind_;
};

/// What a request brings to say who asks. A bearer token wins: cookies then do not count.
struct presented {
    enum class kind { nothing, session, token, unusable } what = kind::nothing;
    secret value;
};
presented read_credentials(http::request const& request, session_cookie const& cookie);

/// Where an unsafe request came from, as far as the browser says: Sec-Fetch-Site decides (own: same-origin or
/// none, the address bar), where it is absent Origin must be `public_origin`; neither header is no browser.
enum class request_source { own, foreign };
request_source source_of(http::fields const& headers, std::string_view public_origin);

/// Whether a method may change anything.
bool is_unsafe(http::method of) noexcept;

}  // namespace tocsin::gateway
