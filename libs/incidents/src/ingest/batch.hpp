#pragma once

#include "store/applied_events.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/ingest.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// A delivery of a batch, with what is computed only once, however often the batch runs.
struct prepared_delivery {
    prepared_delivery(verified_delivery verified, delivery_id number);

    verified_delivery delivery;
    delivery_id id;
    crypto::sha256_digest body_hash;
    std::optional<incidents::source> source;
    std::optional<event_report> event;
};

using prepared_batch = std::vector<prepared_delivery const*>;

/// What became of one delivery of a batch.
struct delivery_result {
    std::optional<stored_delivery> stored;        ///< nothing if no organization has the installation
    std::optional<organization_id> organization;  ///< of the row that was written
    std::optional<integration_id> integration;
    std::optional<incidents::source> source = {};  ///< to which it was applied
    bool in_doubt = false;                         ///< its issue will be read from Sentry
};

/// Signs the deliveries that the reconciler makes. They leave nothing in doubt.
inline constexpr std::string_view reconciler_key = "read_back";
/// Signs stored deliveries that are processed again.
inline constexpr std::string_view replay_key = "replay";

enum class concurrency {
    optimistic,  ///< reads without locks, and throws version_conflict if a row changes before it is written
    pessimistic  ///< locks first: slower, for a batch that had a conflict or must not have one
};

/// Writes deliveries and their whole effect in this transaction, in their order: each applies to what the
/// ones before it left. The number of statements does not depend on the number of deliveries.
std::vector<delivery_result> write_batch(
    db::transaction& tx, prepared_batch const& batch, rule_settings const& settings, concurrency mode
);

/// Stores a delivery without its effect, because the database refused one of its values.
delivery_result write_unreadable(db::transaction& tx, prepared_delivery const& delivery);

}  // namespace tocsin::incidents
