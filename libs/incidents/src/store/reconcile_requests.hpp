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

/// Why an issue must be read from Sentry.
enum class reconcile_reason {
    order,       ///< its webhooks contradict one another or came out of order
    environment  ///< a filter needs the environment of its newest event
};
inline constexpr enum_names<reconcile_reason, 2> reconcile_reason_names{
    {{reconcile_reason::order, "order"}, {reconcile_reason::environment, "environment"}}
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

/// An issue has one request at most. Enqueued again, it starts a new round; `environment`
/// makes it due, and counts more than `order`, which it covers.
void enqueue(db::transaction& tx, std::vector<reconcile_request> all);

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
