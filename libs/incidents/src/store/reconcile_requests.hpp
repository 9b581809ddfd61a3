#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::incidents {

/// Why an issue must be read from Sentry, in rising order: a request with a later one covers the earlier
/// ones.
enum class reconcile_reason {
    outage,      ///< its incident is open, and Sentry sends no webhook when an outage ends
    order,       ///< its webhooks contradict one another or came out of order
    environment  ///< a filter needs the environment of its newest event
};
inline constexpr enum_names<reconcile_reason, 3> reconcile_reason_names{
    {{reconcile_reason::outage, "outage"},
     {reconcile_reason::order, "order"},
     {reconcile_reason::environment, "environment"}}
};
std::string_view to_string(reconcile_reason r) noexcept;
std::optional<reconcile_reason> parse_reconcile_reason(std::string_view text) noexcept;

/// An issue that must be read from Sentry.
struct reconcile_request {
    organization_id organization;
    integration_id integration;
    std::string issue;
    reconcile_reason reason = reconcile_reason::order;
    std::optional<delivery_id> delivery = {};  ///< `environment`: what the filter held back

    reconcile_request() = default;
    reconcile_request(organization_id org, integration_id of, std::string id)
        : organization(org), integration(of), issue(std::move(id)) {}
    /// The filter held this delivery back until the environment is known.
    void hold_back(delivery_id id) {
        reason = reconcile_reason::environment;
        delivery = id;
    }
    friend auto operator<=>(reconcile_request const&, reconcile_request const&) = default;
};

/// An issue has one request at most. Enqueued again, it starts a new round; with a later reason it is due at
/// once.
void enqueue(db::transaction& tx, std::vector<reconcile_request> all);

struct claimed_request {
    reconcile_request request;
    std::int64_t round = 0;
    int tries = 0;  ///< this one included
};

/// Claims the request that has been due longest for the time of `lease`, those of outages last. Deletes those
/// of integrations that have ended.
std::optional<claimed_request> claim_request(db::transaction& tx, std::chrono::milliseconds lease);
/// Deletes the request, or makes it due if it was enqueued again after it was claimed. That of an outage is
/// due again after `outage_interval` while its incident is open.
void complete(db::transaction& tx, claimed_request const& claimed, std::chrono::milliseconds outage_interval);
void postpone(db::transaction& tx, claimed_request const& claimed, std::chrono::milliseconds delay);
/// Whether the timeline of the issue's open incident says that the issue was archived: the mapping keeps it
/// open.
bool is_archived(db::transaction& tx, reconcile_request const& request);

}  // namespace tocsin::incidents
