#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tocsin::incidents {

/// How long a delivery takes one writer: what a webhook that comes now can expect.
class ingest_pace {
public:
    using duration = std::chrono::steady_clock::duration;

    void saw(std::size_t batch_size, duration took) {
        // A small batch costs what a larger one does: its share is not the pace that there would be in need.
        auto const each = took / static_cast<duration::rep>(std::max<std::size_t>(batch_size, 32));
        each_ += (each - each_) / 4;
    }
    /// Until the last of `count` is written by so many writers.
    duration expected(std::size_t count, std::size_t writers) const {
        return each_ * static_cast<duration::rep>(count) / static_cast<duration::rep>(writers);
    }

private:
    duration each_ = std::chrono::microseconds(200);
};

}  // namespace tocsin::incidents
