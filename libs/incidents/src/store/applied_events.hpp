#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tocsin::incidents {

/// What reports an event: the start of the hash of an alert rule, or of the resource.
using reporter_hash = std::array<std::uint8_t, 8>;

/// An event as one webhook reports it.
struct event_report {
    crypto::sha256_digest event;
    reporter_hash reporter;
};

/// An event of an integration.
struct event_key {
    organization_id organization;
    integration_id integration;
    crypto::sha256_digest event;
    friend auto operator<=>(event_key const&, event_key const&) = default;
};

/// Which deliveries reported an event that was applied, each under another rule.
class event_reports {
public:
    event_reports() = default;
    /// Of the column `reports`: for each reporter its hash, and the delivery.
    explicit event_reports(byte_string column) : column_(std::move(column)) {}

    std::optional<delivery_id> delivery_of(reporter_hash const& reporter) const;
    /// Not of an event without reports.
    delivery_id first() const;
    void add(reporter_hash const& reporter, delivery_id const& delivery);
    bool empty() const noexcept { return column_.empty(); }
    byte_view column() const noexcept { return column_; }

private:
    byte_string column_;
};

using applied_events = std::map<event_key, event_reports>;
applied_events find_applied_events(db::transaction& tx, std::vector<event_key> const& keys);
/// Adds these reports to those of their events. Rows are written in the order of their keys.
void add_event_reports(db::transaction& tx, applied_events const& added);

}  // namespace tocsin::incidents
