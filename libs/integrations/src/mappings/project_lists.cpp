#include <tocsin/integrations/project_lists.hpp>

namespace tocsin::integrations {

std::vector<sentry::project> const* project_lists::find(
    integration_id id, std::optional<timestamp> token_stored_at
) const {
    auto const known = entries_.find(id);
    if (known == entries_.end()) return nullptr;
    auto const& [projects, stored_at, until] = known->second;
    return now_() < until && stored_at == token_stored_at ? &projects : nullptr;
}

void project_lists::store(
    integration_id id, std::optional<timestamp> token_stored_at, std::vector<sentry::project> projects
) {
    if (auto const old = entries_.find(id); old != entries_.end()) {
        projects_ -= old->second.projects.size();
        entries_.erase(old);
    }
    // Losing all of them costs one call of each integration.
    if (projects_ + projects.size() > max_projects) {
        entries_.clear();
        projects_ = 0;
    }
    projects_ += projects.size();
    entries_.emplace(id, entry{std::move(projects), token_stored_at, now_() + lifetime});
}

}  // namespace tocsin::integrations
