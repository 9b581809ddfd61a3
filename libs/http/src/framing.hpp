#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// The framing policy: pure functions over the raw bytes of a header section, applied before anything else
/// reads them. Where RFC 9112 allows a reader to be lenient, the message is refused, because a proxy may read
/// it differently.

/// Why a message is refused. All texts are literals.
struct refusal {
    // Constructors, because a number converts to an aggregate, which would make framing_result<std::size_t>
    // ambiguous.
    constexpr refusal() noexcept = default;
    constexpr refusal(int s, std::string_view r, std::string_view d) noexcept
        : status(s), reason(r), detail(d) {}

    int status = 400;
    std::string_view reason;  ///< for the access log and metrics: one word
    std::string_view detail;  ///< for the client: one sentence
};

template <class T>
using framing_result = boost::system::result<T, refusal>;

struct head_limits {
    /// Of the whole section, first line and final empty line included.
    std::size_t bytes = std::size_t{8} * 1024;
    std::size_t fields = 64;
    std::size_t target = std::size_t{2} * 1024;
};
inline constexpr head_limits request_limits{};
/// Responses come from the configured origin, whose security headers may be long.
inline constexpr head_limits response_limits{.bytes = std::size_t{32} * 1024, .fields = 128, .target = 0};

/// Finds the end of the header section at the start of `bytes`. Returns its size with the final empty line,
/// or 0 if the end has not arrived yet. `scanned` is 0 at first; it keeps between calls how many bytes need
/// not be read again. Refuses bytes as soon as they cannot become a header section: a bare LF, a NUL, an
/// empty first line, more than the limit.
framing_result<std::size_t> find_head_end(
    std::string_view bytes, std::size_t& scanned, head_limits const& limits
);

/// A field of a header section. The value has no white space at its ends.
struct field_view {
    std::string_view name;
    std::string_view value;
};

/// How the end of a body is known.
enum class body_framing { none, length, chunked, until_close };

/// A request's header section that passed the policy. All views except `method` point into the section.
struct request_head {
    std::string_view method;  ///< a supported one, also TRACE or OPTIONS; a literal
    std::string_view target;  ///< origin form, percent-encoded
    std::string_view path;    ///< of the target
    std::string_view query;   ///< of the target, without '?'
    unsigned minor_version = 1;
    std::vector<field_view> fields;
    std::string_view host;                        ///< without port, in its original case
    std::optional<std::uint64_t> content_length;  ///< if `framing` is `length`
    body_framing framing = body_framing::none;    ///< never `until_close`
    bool wants_close = false;                     ///< Connection: close, or HTTP/1.0
    bool expects_continue = false;                ///< never with HTTP/1.0

    bool has_body() const noexcept {
        return framing == body_framing::chunked || content_length.value_or(0) > 0;
    }
};

/// Of a transfer coding; also of `chunked`, if the route does not accept it.
inline constexpr refusal unsupported_coding{
    501, "transfer_encoding", "Transfer-Encoding is not accepted; send Content-Length."
};

inline constexpr refusal body_too_large{413, "body_too_large", "The body is larger than this route accepts."};

/// `section` is the section that `find_head_end` found. Of the transfer codings, only `chunked` alone passes,
/// in an HTTP/1.1 request that may have a body and has no Content-Length.
framing_result<request_head> parse_request_head(
    std::string_view section, head_limits const& limits = request_limits
);

/// A response's header section that passed the policy. All views point into the section.
struct response_head {
    int status = 0;
    unsigned minor_version = 1;
    std::vector<field_view> fields;
    body_framing framing = body_framing::none;
    std::uint64_t content_length = 0;  ///< if `framing` is `length`
    bool wants_close = false;
};

/// The method of the request.
enum class response_to { head, other };
/// The status of a refusal has no meaning here. Interim responses (1xx) have no body; 101 is refused.
framing_result<response_head> parse_response_head(
    std::string_view section, response_to request, head_limits const& limits = response_limits
);

}  // namespace tocsin::http
