#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

namespace tocsin::sandbox {

/// Counts the calls of an area: concurrent ones, and those started within any second of real time. A call
/// with a fault counts until the fault proxy takes over.
class load_counter {
public:
    using clock = std::chrono::steady_clock;

    void begin(clock::time_point now) {
        max_concurrent_ = std::max(max_concurrent_, ++active_);
        starts_.push_back(now);
        while (now - starts_.front() >= std::chrono::seconds(1)) starts_.pop_front();
        max_per_second_ = std::max(max_per_second_, static_cast<int>(starts_.size()));
    }
    void end() noexcept { --active_; }

    int max_concurrent() const noexcept { return max_concurrent_; }
    int max_per_second() const noexcept { return max_per_second_; }

    /// Active calls still count.
    void reset() noexcept {
        starts_.clear();
        max_concurrent_ = active_;
        max_per_second_ = 0;
    }

private:
    std::deque<clock::time_point> starts_;
    int active_ = 0;
    int max_concurrent_ = 0;
    int max_per_second_ = 0;
};

}  // namespace tocsin::sandbox
