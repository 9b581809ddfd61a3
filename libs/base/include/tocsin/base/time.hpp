#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// Wall-clock time in UTC, in microseconds, which is PostgreSQL's resolution.
using timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// `2026-03-02T09:14:05.120000Z` (RFC 3339, UTC, always six digits).
std::string to_rfc3339(timestamp moment);

/// Reads RFC 3339, and the variants that Sentry and PostgreSQL send: `T` or a space, 0 to 9 digits of
/// fraction, `Z`, `+hh:mm`, or `+hh`. Years 1970 to 9999. Nothing if the text has another form.
std::optional<timestamp> parse_rfc3339(std::string_view text) noexcept;

/// The source of wall-clock time. It is injected, so that tests can move it.
class clock {
public:
    virtual ~clock() = default;
    virtual timestamp now() const noexcept = 0;
};

/// The machine's clock.
clock const& system_clock() noexcept;

/// A clock that changes only when it is moved.
class manual_clock final : public clock {
public:
    explicit manual_clock(timestamp start) : now_(start) {}
    timestamp now() const noexcept override { return now_; }
    void advance(std::chrono::microseconds duration) noexcept { now_ += duration; }

private:
    timestamp now_;
};

}  // namespace tocsin
