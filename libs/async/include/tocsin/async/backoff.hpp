#pragma once

#include <chrono>
#include <cstdint>

namespace tocsin::async {

/// Exponential backoff: the first delay is about `base`, each further one twice as long, up to `cap`.
struct backoff {
    std::chrono::milliseconds base;
    std::chrono::milliseconds cap;

    /// The delay after `failures` consecutive failures (at least 1). `draw`, a uniform 64-bit number, chooses
    /// it from the upper half of the step. Never zero, never above `cap`.
    std::chrono::milliseconds delay(unsigned failures, std::uint64_t draw) const noexcept;
};

}  // namespace tocsin::async
