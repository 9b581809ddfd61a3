#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// An issue that must be read from Sentry, because its webhooks contradict one another or came out of order.
struct reconcile_request {
    organization_id organization;
    integration_id integration;
    std::string issue;
    friend auto operator<=>(reconcile_request const&, reconcile_request const&) = default;
};

/// An issue has one request at most. Enqueued again, it starts a new round.
void enqueue(db::transaction& tx, std::vector<reconcile_request> const& all);

struct claimed_request {
    reconcile_request request;
    std::int64_t round = 0;
    int tries = 0;  ///< this one included
};

/// Claims the request that has been due longest for the time of `lease`. Deletes those of integrations that
/// have ended.
std::optional<claimed_request> claim_request(db::transaction& tx, std::chrono::milliseconds lease);
/// Deletes the request, or makes it due if it was enqueued again after it was claimed.
void complete(db::transaction& tx, claimed_request const& claimed);
void postpone(db::transaction& tx, claimed_request const& claimed, std::chrono::milliseconds delay);

}  // namespace tocsin::incidents
