#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sandbox {

/// What goes wrong with an answer. From `lost_answer` on the connection itself misbehaves, which the gate
/// does.
enum class fault_kind {
    status,              ///< this status instead of doing anything, after `delay`
    html,                ///< a page of a proxy instead of doing anything
    redirect,            ///< 302 to `body`, or to another host
    redirect_loop,       ///< 302 to the address asked for
    delay,               ///< the right answer, late
    gzip,                ///< the right answer, compressed though nobody asked for it
    pagination_loop,     ///< the right answer, whose next page is itself
    lost_answer,         ///< done, but the connection closes without an answer
    truncated,           ///< done, the answer ends in the middle of its body
    wrong_length,        ///< done, the answer announces half of its body
    trickle,             ///< done, the body comes byte by byte, `delay` between them
    hang_after_headers,  ///< done, no body follows the header section
    drop,                ///< nothing done, the connection closes
    reset,               ///< nothing done, the connection is reset
    hang,                ///< nothing done, no answer, the connection stays open
    garbage,             ///< nothing done, bytes that are no HTTP
    raw,                 ///< nothing done, `body` is all that is sent
    huge,                ///< nothing done, a JSON body of `size` bytes
    endless,             ///< nothing done, a body that never ends
};
std::string_view to_string(fault_kind kind) noexcept;
/// True for the areas of /api/0/.
bool is_api(std::string_view area) noexcept;

struct fault {
    std::string match;  ///< an area, or `api` for all of /api/0/, or `all`
    fault_kind kind = fault_kind::status;
    int status = 500;
    std::chrono::milliseconds delay{1'000};
    std::int64_t times = 1;  ///< left; 0: until deleted
    std::string body;        ///< empty: what Sentry says with that status
    std::int64_t size = 100 << 20;
    /// Over the usual ones of `status`, `html` and `redirect`; sent as they are, line ends included.
    std::vector<std::pair<std::string, std::string>> headers;
};

/// The faults that are armed, in the order in which they were.
class fault_list {
public:
    void arm(fault what) { armed_.push_back(std::move(what)); }
    void clear() { armed_.clear(); }
    /// The first armed fault for a request to `area`, counted down.
    std::optional<fault> take(std::string_view area);
    void write(json::writer& out) const;

private:
    std::deque<fault> armed_;
};

/// Reads one fault of the control API.
result<fault> parse_fault(json::value body);

/// The answer of `status`, `html` and `redirect` to a request to `area`. `now` in Unix seconds.
http::response faulty_answer(fault const& what, std::string_view area, std::int64_t now);

/// Sentry's rate limiter: requests in a window of one second that ends at `reset`, in Unix seconds.
struct rate_limit {
    std::int64_t limit = 40;
    std::int64_t remaining = 0;
    std::int64_t reset = 0;
};
void set_rate_limit(http::response& to, rate_limit const& what);
/// Its 429: no Retry-After, and Django's default content type.
http::response too_many_requests(rate_limit const& what);

/// How the answer tells the gate: the kind, and for some a number.
std::string gate_order(fault const& what);

/// The header by which an answer tells the gate what to do with the connection; never seen outside.
inline constexpr std::string_view gate_header = "Sandbox-Gate";

}  // namespace tocsin::sandbox
