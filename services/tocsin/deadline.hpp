#pragma once

#include <algorithm>
#include <chrono>

namespace tocsin::program {

/// The end of several waits that share one limit.
class deadline {
public:
    explicit deadline(std::chrono::milliseconds limit) : at_(std::chrono::steady_clock::now() + limit) {}

    std::chrono::milliseconds left() const {
        auto const rest =
            std::chrono::floor<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
        return std::max(rest, std::chrono::milliseconds(0));
    }

private:
    std::chrono::steady_clock::time_point at_;
};

}  // namespace tocsin::program
