#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/sentry/types.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin::integrations {

/// The projects that Sentry listed a short time ago, because every member can ask for them as often as they
/// like. Belongs to the I/O thread.
class project_lists {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using clock = std::function<time_point()>;
    static constexpr std::chrono::seconds lifetime{60};
    static constexpr std::size_t max_projects = 50'000;  ///< of all integrations

    explicit project_lists(clock now) : now_(std::move(now)) {}

    /// Nullptr where Sentry has to be asked. `token_stored_at`: a list that another token got may be of
    /// another Sentry organization. Valid until the next `store`.
    std::vector<sentry::project> const* find(integration_id id, std::optional<timestamp> token_stored_at)
        const;
    void store(
        integration_id id, std::optional<timestamp> token_stored_at, std::vector<sentry::project> projects
    );

private:
    struct entry {
        std::vector<sentry::project> projects;
        std::optional<timestamp> token_stored_at;
        time_point until;
    };

    clock now_;
    std::unordered_map<integration_id, entry> entries_;
    std::size_t projects_ = 0;
};

}  // namespace tocsin::integrations
