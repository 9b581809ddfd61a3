#include <tocsin/async/backoff.hpp>

#include <algorithm>

namespace tocsin::async {

std::chrono::milliseconds backoff::delay(unsigned failures, std::uint64_t draw) const noexcept {
    using std::chrono::milliseconds;
    auto const max_step = std::max(cap, milliseconds(1));
    auto step = std::clamp(base, milliseconds(1), max_step);
    for (unsigned failure = 1; failure < failures && step < max_step; ++failure) {
        step = step > max_step / 2 ? max_step : step * 2;
    }
    auto const half = std::max(step / 2, milliseconds(1));
    auto const choices = static_cast<std::uint64_t>((step - half).count()) + 1;
    return half + milliseconds(draw % choices);
}

}  // namespace tocsin::async
