#pragma once

#include "ingest_store.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/ingest.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// A webhook on its way into a batch, with what is worked out once, however often the batch is run.
struct batched_delivery {
    explicit batched_delivery(arrival what, delivery_id of);

    arrival from;
    delivery_id id;
    crypto::sha256_digest body;
    std::optional<source> about;
    std::optional<crypto::sha256_digest> event;
};

/// What became of one delivery of a batch.
struct written {
    std::optional<accepted> answer;               ///< nothing where the installation belongs to nobody
    std::optional<organization_id> organization;  ///< whose row was written, if any
    std::optional<integration_id> integration;
    bool in_doubt = false;  ///< its issue is to be read from Sentry
};

/// Signs what was read from Sentry to settle a doubt: Sentry's own word, which leaves none.
inline constexpr std::string_view read_back_key = "read_back";

/// How a batch is kept from writing over what others wrote at the same time.
enum class guarded {
    by_versions,  ///< reads without locks, and throws `overtaken` where a row has changed before it is
                  ///< written
    by_locks      ///< locks first: dearer, for a batch that was overtaken or must not be
};

/// Writes deliveries and their whole effect in this transaction, in their order: each sees what those before
/// it did. The number of statements does not depend on that of the deliveries.
std::vector<written> write_batch(
    db::transaction& tx,
    std::vector<batched_delivery const*> const& batch,
    rule_settings const& settings,
    guarded how
);

/// A value that the database refuses undoes the effect, not the delivery: it is kept as unreadable, with its
/// raw bytes.
written keep_as_unreadable(db::transaction& tx, batched_delivery const& what);

}  // namespace tocsin::incidents
