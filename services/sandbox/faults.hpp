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

namespace tocsin::sandbox {

/// What goes wrong with an answer. From `lost_answer` on the connection itself misbehaves, which the gate
/// does.
enum class fault_kind {
    status,       ///< this status instead of doing anything
    html,         ///< a page of a proxy instead of doing anything
    redirect,     ///< 302 to `body`, or to another host
    delay,        ///< the right answer, late
    lost_answer,  ///< done, but the connection closes without an answer
    drop,         ///< nothing done, the connection closes
    hang,         ///< nothing done, no answer, the connection stays open
    garbage,      ///< nothing done, bytes that are no HTTP
    truncated,    ///< done, the answer ends in the middle of its body
    endless,      ///< nothing done, a body that never ends
};
std::string_view to_string(fault_kind kind) noexcept;

struct fault {
    std::string match;  ///< an area, or `api` for all of /api/0/, or `all`
    fault_kind kind = fault_kind::status;
    int status = 500;
    std::chrono::milliseconds delay{1'000};
    std::int64_t times = 1;  ///< left; 0: until deleted
    std::string body;        ///< empty: what Sentry says with that status
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

/// The answer of `status`, `html` and `redirect`. `now` in Unix seconds.
http::response faulty_answer(fault const& what, std::int64_t now);

/// The header by which an answer tells the gate what to do with the connection; never seen outside.
inline constexpr std::string_view gate_header = "Sandbox-Gate";

}  // namespace tocsin::sandbox
