#include "line_limit.hpp"

#include <utility>

namespace tocsin::observe {

std::optional<std::uint64_t> line_limit::admit(std::string_view event, time_point now) {
    std::lock_guard const lock(mutex_);
    auto found = events_.find(event);
    if (found == events_.end()) found = events_.emplace(event, second{now}).first;
    auto& current = found->second;
    if (now - current.began >= std::chrono::seconds(1)) {
        current.began = now;
        current.lines = 0;
    }
    if (current.lines >= lines_per_second) {
        ++current.left_out;
        return std::nullopt;
    }
    ++current.lines;
    return std::exchange(current.left_out, 0);
}

}  // namespace tocsin::observe
