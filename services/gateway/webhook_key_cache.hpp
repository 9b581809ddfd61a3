#pragma once

#include "gateway/peer_admission.hpp"

#include <tocsin/async/one_shot.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/integrations/webhook_keys.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tocsin::gateway {

/// Finds the keys of an integration with its own webhook URL.
using find_webhook_keys =
    std::function<async::task<std::optional<integrations::webhook_keys>>(integration_id id)>;

/// Lists the integrations that have keys.
using list_integrations_with_keys = std::function<async::task<std::vector<integration_id>>()>;

/// Remembers the keys of integrations, and which integrations have some, for a short time, because anyone can
/// ask for them: an integration that is not in the list causes no lookup. Belongs to the I/O thread and
/// outlives its lookups.
class webhook_key_cache {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using clock = std::function<time_point()>;
    static constexpr std::chrono::seconds lifetime{30};
    static constexpr std::size_t max_entries = 10'000;
    static constexpr std::size_t lookups_per_peer = 32;

    webhook_key_cache(find_webhook_keys load, list_integrations_with_keys list, clock now)
        : load_(std::move(load)), list_(std::move(list)), now_(std::move(now)) {}

    /// Throws what the lookup throws, and http::overloaded if the peer causes too many lookups at once.
    async::task<std::optional<integrations::webhook_keys>> find(integration_id id, std::string const& peer);
    /// Like `find`, but what was read longer ago than `max_age` is read again.
    async::task<std::optional<integrations::webhook_keys>> find_newer(
        integration_id id, std::string const& peer, std::chrono::seconds max_age
    );
    /// Forgets everything: keys may have changed. Lookups in progress are not remembered.
    void clear();

private:
    struct entry {
        std::optional<integrations::webhook_keys> keys;
        time_point read_at;
    };
    using waiting = std::vector<std::shared_ptr<async::one_shot>>;

    entry const* fresh(integration_id id) const;
    /// Whether it may have keys: also true if the list cannot be read.
    async::task<bool> is_listed(integration_id id);
    async::task<> read_list();
    async::task<std::optional<integrations::webhook_keys>> look_up(integration_id id);
    void end_lookup(integration_id id);

    find_webhook_keys load_;
    list_integrations_with_keys list_;
    clock now_;
    peer_admission admission_{lookups_per_peer};
    std::unordered_map<integration_id, entry> entries_;
    std::unordered_map<integration_id, waiting> lookups_;
    std::unordered_set<integration_id> listed_;
    time_point listed_until_ = time_point::min();
    std::optional<waiting> list_readers_;  ///< while the list is being read
    std::uint64_t generation_ = 0;         ///< increases with each `clear()`
};

}  // namespace tocsin::gateway
