#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tocsin::incidents {

/// Estimates how long deliveries wait, from the time that one writer needs for each.
class throughput_estimate {
public:
    using duration = std::chrono::steady_clock::duration;

    void record(std::size_t batch_size, duration elapsed) {
        // A small batch costs as much as a larger one, so it says little about the throughput under load.
        auto const each = elapsed / static_cast<duration::rep>(std::max<std::size_t>(batch_size, 32));
        each_ += (each - each_) / 4;
    }
    /// Until `writers` have written `count` deliveries.
    duration expected(std::size_t count, std::size_t writers) const {
        return each_ * static_cast<duration::rep>(count) / static_cast<duration::rep>(writers);
    }

private:
    duration each_ = std::chrono::microseconds(200);
};

}  // namespace tocsin::incidents
