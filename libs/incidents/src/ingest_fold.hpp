#pragma once

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/tuple_id.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// What a webhook is about; nothing where it has no source, or must not be believed.
std::optional<source> source_of(sentry::webhook const& hook);
/// What makes two deliveries the same happening: the event, and for an alert its rule (the id where there is
/// one, else the label).
std::optional<crypto::sha256_digest> event_of(sentry::webhook const& hook);
/// The project that a webhook is about; a metric alert may be about several, of which the first stands for
/// it.
sentry::project_ref project_of(sentry::webhook const& hook);

/// A delivery as the rules see it.
struct told_delivery {
    delivery_id id;
    sentry::webhook const& hook;
    crypto::sha256_digest const& body;
    std::optional<crypto::sha256_digest> const& event;
    std::optional<delivery_id> event_applied_by;  ///< the delivery that gave this event its effect already
    bool is_read_back = false;
};

/// Which version of an incident's row was read.
struct row_version {
    db::tuple_id place;
    std::int64_t version = 0;
};

/// An incident of a source while a batch is folded.
struct tracked_incident {
    known_incident is;
    row_version read = {};  ///< unless it is to be inserted
    /// In rising order: what it takes to write it.
    enum class due {
        nothing,
        repeat,  ///< occurrences and last_seen_at alone: all that most webhooks change
        update,
        insert
    } write = due::nothing;
    /// Of one that is to be inserted.
    std::size_t opened_by = 0;  ///< place of its delivery in the batch
    std::optional<std::int64_t> follows = {};
};

/// Which version of a source's row was read: each delivery that is applied makes a new one.
struct source_version {
    db::tuple_id place;
    std::optional<delivery_id> last_delivery;
};

/// Everything known of a source: what was applied last, and the incidents that matter, by rising number:
/// the one that is not resolved and the newest, which may be one and the same.
struct source_story {
    std::optional<source_version> read = {};  ///< nothing: it has no row yet
    std::optional<crypto::sha256_digest> last_body = {};
    std::optional<delivery_id> last_delivery = {};
    source_facts facts = {};
    bool is_changed = false;  ///< of the three above, or of which incident is the newest
    std::vector<tracked_incident> incidents = {};

    /// The incident that a delivery meets: the one that is not resolved, else the newest.
    tracked_incident* current() noexcept;
    /// The number of the newest incident.
    std::optional<std::int64_t> newest() const noexcept;
    /// Whether a new incident was opened.
    bool has_opened() const noexcept;
};

/// What a delivery did.
struct told {
    decision made;
    std::optional<std::int64_t> incident;  ///< concerned, whether changed or not
    std::optional<delivery_id> duplicate_of;
};

/// Tells a delivery to the story of its source, which then is as if the delivery had been written and read
/// again. `place` is that of the delivery in its batch; `next_number` gives a new incident its number.
told tell(
    source_story& story,
    told_delivery const& delivery,
    std::size_t place,
    routing const& where,
    rule_settings const& settings,
    timestamp now,
    std::function<std::int64_t()> const& next_number
);

}  // namespace tocsin::incidents
