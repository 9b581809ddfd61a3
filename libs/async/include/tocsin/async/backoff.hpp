#pragma once

#include <chrono>
#include <cstdint>

namespace tocsin::async {

/// Exponential backoff: attempt 1 waits about `base`, each further one twice as long, never more than `cap`.
struct backoff {
    std::chrono::milliseconds base;
    std::chrono::milliseconds cap;

    /// The delay after `failures` failures in a row (at least 1), drawn from the upper half of the step by
    /// `draw`, a uniform number of all 64 bits. Never zero, never above `cap`.
    std::chrono::milliseconds delay(unsigned failures, std::uint64_t draw) const noexcept;
};

}  // namespace tocsin::async
