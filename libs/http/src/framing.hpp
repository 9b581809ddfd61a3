#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// The framing policy: what a header section must look like before anything is done with it. Pure functions
/// over the raw bytes, no I/O. What RFC 9112 leaves to the reader's leniency is refused, because a proxy in
/// front may read it otherwise.

/// Why a message is refused. All texts are literals.
struct refusal {
    // Constructors, because a number converts to an aggregate, which would make framed<std::size_t>
    // ambiguous.
    constexpr refusal() noexcept = default;
    constexpr refusal(int s, std::string_view w, std::string_view d) noexcept
        : status(s), why(w), detail(d) {}

    int status = 400;
    std::string_view why;     ///< for the access log and metrics: one word
    std::string_view detail;  ///< for the client: one sentence
};

template <class T>
using framed = boost::system::result<T, refusal>;

struct head_limits {
    std::size_t bytes =
        std::size_t{8} * 1024;  ///< of the whole section, first line and final empty line included
    std::size_t fields = 64;
    std::size_t target = std::size_t{2} * 1024;
};
inline constexpr head_limits request_limits{};
/// Answers come from the one configured origin, whose security headers may be long.
inline constexpr head_limits answer_limits{.bytes = std::size_t{32} * 1024, .fields = 128, .target = 0};

/// Looks for the end of the header section that begins at `bytes`: its size with the final empty line, or 0
/// where it has not arrived yet. `scanned` (0 at first) remembers between calls what was looked at. Refuses
/// what can never become a header section as soon as it is seen: a bare LF, a NUL, an empty first line, more
/// than the limit.
framed<std::size_t> find_head_end(std::string_view bytes, std::size_t& scanned, head_limits const& limits);

/// One field of a header section; the value is without the white space around it.
struct field_view {
    std::string_view name;
    std::string_view value;
};

/// How the end of a body is known.
enum class body_framing { none, length, chunked, until_close };

/// A request's header section that passed the policy. All views but `method` point into the section.
struct request_head {
    std::string_view method;  ///< a known one, TRACE and OPTIONS included; a literal
    std::string_view target;  ///< origin form, still encoded
    std::string_view path;    ///< of the target
    std::string_view query;   ///< of the target, without '?'
    unsigned minor_version = 1;
    std::vector<field_view> fields;
    std::string_view host;                        ///< without port, as it stands
    std::optional<std::uint64_t> content_length;  ///< where `framing` is `length`
    body_framing framing = body_framing::none;    ///< never `until_close`
    bool wants_close = false;                     ///< Connection: close, or HTTP/1.0
    bool expects_continue = false;                ///< never with HTTP/1.0

    bool has_body() const noexcept {
        return framing == body_framing::chunked || content_length.value_or(0) > 0;
    }
};

/// The refusal of a transfer coding, also of `chunked` where a route does not accept it.
inline constexpr refusal encoded{
    501, "transfer_encoding", "Transfer-Encoding is not accepted; send Content-Length."
};

/// `section` is what `find_head_end` delimited. Of the transfer codings, only `chunked` alone passes, in an
/// HTTP/1.1 request that may have a body and has no Content-Length.
framed<request_head> parse_request_head(std::string_view section, head_limits const& limits = request_limits);

/// An answer's header section that passed the policy. All views point into the section.
struct answer_head {
    int status = 0;
    unsigned minor_version = 1;
    std::vector<field_view> fields;
    body_framing framing = body_framing::none;
    std::uint64_t content_length = 0;  ///< where `framing` is `length`
    bool wants_close = false;
};

enum class answer_to { head, other };
/// The refusal's status has no meaning here. Interim answers (1xx) have no body; 101 is refused.
framed<answer_head> parse_answer_head(
    std::string_view section, answer_to asked, head_limits const& limits = answer_limits
);

}  // namespace tocsin::http
