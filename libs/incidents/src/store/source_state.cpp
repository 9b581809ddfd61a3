#include "store/source_state.hpp"

#include <algorithm>

namespace tocsin::incidents {

tracked_incident* source_state::current() noexcept {
    if (incidents.empty()) return nullptr;
    auto const unresolved = std::find_if(incidents.begin(), incidents.end(), [](tracked_incident const& one) {
        return one.is.state.status != status::resolved;
    });
    return unresolved == incidents.end() ? &incidents.back() : &*unresolved;
}

std::optional<std::int64_t> source_state::newest_number() const noexcept {
    return incidents.empty() ? std::nullopt : std::optional(incidents.back().is.number);
}

}  // namespace tocsin::incidents
