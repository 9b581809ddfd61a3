#pragma once

#include "rules/alarm_rules.hpp"
#include "store/row_version.hpp"

#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/incidents/incident_rules.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// In the order in which sources are locked and written.
struct source_key {
    organization_id organization;
    integration_id integration;
    source_kind kind = source_kind::issue;
    std::string id;
    friend auto operator<=>(source_key const&, source_key const&) = default;
};

/// An incident of a source while deliveries are applied.
struct tracked_incident {
    known_incident is;
    row_version seen = {};  ///< unless it is to be inserted
    /// How it must be written, in rising order.
    enum class pending_write { none, repeat, update, insert } write = pending_write::none;
    /// As it was read, once it is changed.
    std::optional<alarm_basis> before = {};
    // Of an incident that is to be inserted:
    std::size_t opened_by = 0;  ///< index of its delivery
    std::optional<std::int64_t> previous_number = {};
};

/// Which version of a source's row was read: each delivery that is applied makes a new one.
struct source_version {
    db::tuple_id place;
    std::optional<delivery_id> last_delivery;
};

/// What is known of a source.
struct source_state {
    std::optional<source_version> seen = {};  ///< nothing: it has no row yet
    std::optional<crypto::sha256_digest> last_body = {};
    std::optional<delivery_id> last_delivery = {};
    source_history history = {};
    bool is_changed = false;  ///< one of the three above, or which incident is the newest
    /// The unresolved one and the newest, which may be the same; by rising number.
    std::vector<tracked_incident> incidents = {};

    /// The incident to which a delivery applies: the unresolved one, else the newest.
    tracked_incident* current() noexcept;
    std::optional<std::int64_t> newest_number() const noexcept;
};

}  // namespace tocsin::incidents
