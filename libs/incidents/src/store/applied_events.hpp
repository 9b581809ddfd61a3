#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>

#include <compare>
#include <map>
#include <vector>

namespace tocsin::incidents {

/// An event of an integration that was applied.
struct event_key {
    organization_id organization;
    integration_id integration;
    crypto::sha256_digest event;
    friend auto operator<=>(event_key const&, event_key const&) = default;
};
struct applied_event {
    event_key key;
    delivery_id delivery;
    friend auto operator<=>(applied_event const&, applied_event const&) = default;
};

using applied_events = std::map<event_key, delivery_id>;
applied_events find_applied_events(db::transaction& tx, std::vector<event_key> const& keys);
void insert_applied_events(db::transaction& tx, std::vector<applied_event> const& all);

}  // namespace tocsin::incidents
