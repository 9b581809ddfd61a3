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

/// The effect of a fault. From `lost_answer` on, the fault proxy manipulates the connection itself.
enum class fault_kind {
    status,              ///< not processed: this status, after `delay`
    html,                ///< not processed: a proxy's error page
    redirect,            ///< not processed: 302 to `body`, or to another host
    redirect_loop,       ///< not processed: 302 to the same URL
    delay,               ///< the right response, late
    gzip,                ///< the right response, compressed without being asked
    pagination_loop,     ///< the right response, whose next page is itself
    lost_answer,         ///< processed, but the connection closes without a response
    truncated,           ///< processed, the response ends in the middle of its body
    wrong_length,        ///< processed, the Content-Length is half of the body's length
    trickle,             ///< processed, the body arrives byte by byte, `delay` apart
    hang_after_headers,  ///< processed, no body follows the header section
    drop,                ///< not processed, the connection closes
    reset,               ///< not processed, the connection is reset
    hang,                ///< not processed, no response, the connection stays open
    garbage,             ///< not processed, bytes that are not HTTP
    raw,                 ///< not processed, only `body` is sent
    huge,                ///< not processed, a JSON body of `size` bytes
    endless,             ///< not processed, a body that never ends
};
std::string_view to_string(fault_kind kind) noexcept;
/// True for the areas of /api/0/.
bool is_api(std::string_view area) noexcept;

struct fault {
    std::string match;  ///< an area, `api` for all of /api/0/, or `all`
    fault_kind kind = fault_kind::status;
    int status = 500;
    std::chrono::milliseconds delay{1'000};
    std::int64_t times = 1;  ///< remaining; 0: until deleted
    std::string body;        ///< empty: Sentry's body for the status
    std::int64_t size = 100 << 20;
    /// Replace the headers of `status`, `html`, and `redirect`; sent unchanged, including line breaks.
    std::vector<std::pair<std::string, std::string>> headers;
};

/// The armed faults, oldest first.
class fault_list {
public:
    void arm(fault fault) { armed_.push_back(std::move(fault)); }
    void clear() { armed_.clear(); }
    /// The first armed fault for a request to `area`; decrements its `times`.
    std::optional<fault> take(std::string_view area);
    void write(json::writer& out) const;

private:
    std::deque<fault> armed_;
};

/// Parses a fault of the control API.
result<fault> parse_fault(json::value body);

/// The response of `status`, `html`, and `redirect` to a request to `area`. `now`: Unix seconds.
http::response fault_response(fault const& fault, std::string_view area, std::int64_t now);

/// Sentry's rate limiter: requests in a window of one second, which ends at `reset` (Unix seconds).
struct rate_limit {
    std::int64_t limit = 40;
    std::int64_t remaining = 0;
    std::int64_t reset = 0;
};
void set_rate_limit(http::response& response, rate_limit const& rate_limit);
/// Its 429: without Retry-After, with Django's default content type.
http::response too_many_requests(rate_limit const& rate_limit);

/// The value of `fault_header`: the kind, and for some kinds a number.
std::string fault_instruction(fault const& fault);

/// The header of a response that instructs the fault proxy, which removes it.
inline constexpr std::string_view fault_header = "Sandbox-Fault";

}  // namespace tocsin::sandbox
