#pragma once

#include <algorithm>
#include <chrono>

namespace tocsin::sentry {

/// When calls to a host may start: limits concurrent calls and calls per second, and allows none during a
/// pause. No I/O and no clock.
class call_rate {
public:
    using clock = std::chrono::steady_clock;
    static constexpr clock::duration until_a_call_ends = clock::duration::max();

    /// All at least 1.
    call_rate(int max_calls, int per_second, int burst)
        : max_calls_(max_calls),
          interval_(clock::duration(std::chrono::seconds(1)) / per_second),
          burst_(interval_ * (burst - 1)) {}

    /// Zero if the call has started; `end()` must follow. Else how long to wait before trying again, or
    /// `until_a_call_ends`.
    clock::duration start(clock::time_point now) noexcept {
        if (now < paused_until_) return paused_until_ - now;
        if (calls_ >= max_calls_) return until_a_call_ends;
        // GCRA: the bucket is represented by the time when it will be full again.
        if (now < full_at_ - burst_) return full_at_ - burst_ - now;
        full_at_ = std::max(full_at_, now) + interval_;
        ++calls_;
        return clock::duration::zero();
    }
    void end() noexcept { --calls_; }

    /// Does not shorten a pause.
    void pause_until(clock::time_point time) noexcept { paused_until_ = std::max(paused_until_, time); }
    clock::duration pause_left(clock::time_point now) const noexcept {
        return std::max(paused_until_ - now, clock::duration::zero());
    }

private:
    int max_calls_;
    clock::duration interval_;
    clock::duration burst_;
    clock::time_point full_at_{};
    clock::time_point paused_until_{};
    int calls_ = 0;
};

}  // namespace tocsin::sentry
