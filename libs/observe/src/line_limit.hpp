#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::observe {

/// Limits how often the same event is logged, so that an outage does not fill the log. Thread-safe.
class line_limit {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::uint64_t lines_per_second = 20;

    /// Nothing if there were too many lines of this event within the second. Otherwise, the number of lines
    /// that were left out before this one. `event` is one of the fixed phrases of the program.
    std::optional<std::uint64_t> admit(std::string_view event, time_point now);

private:
    struct second {
        time_point began;
        std::uint64_t lines = 0;
        std::uint64_t left_out = 0;
    };
    std::mutex mutex_;
    std::map<std::string, second, std::less<>> events_;
};

}  // namespace tocsin::observe
