#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

namespace tocsin::sandbox {

/// How hard one area is called: calls at once, and begun within any second of the real clock. Calls that a
/// fault takes off the server (silence, an endless body) count until it hands them to the gate.
class load {
public:
    using clock = std::chrono::steady_clock;

    void begin(clock::time_point now) {
        most_at_once_ = std::max(most_at_once_, ++under_way_);
        begun_.push_back(now);
        while (now - begun_.front() >= std::chrono::seconds(1)) begun_.pop_front();
        most_in_a_second_ = std::max(most_in_a_second_, static_cast<int>(begun_.size()));
    }
    void end() noexcept { --under_way_; }

    int most_at_once() const noexcept { return most_at_once_; }
    int most_in_a_second() const noexcept { return most_in_a_second_; }

    /// Forgets what was; what is under way stays.
    void start_anew() noexcept {
        begun_.clear();
        most_at_once_ = under_way_;
        most_in_a_second_ = 0;
    }

private:
    std::deque<clock::time_point> begun_;
    int under_way_ = 0;
    int most_at_once_ = 0;
    int most_in_a_second_ = 0;
};

}  // namespace tocsin::sandbox
