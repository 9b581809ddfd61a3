#pragma once

#include "model.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Issues that are no errors: what Sentry's detectors found, with the evidence.
namespace tocsin::sandbox {

/// How Sentry names a kind.
struct kind_names {
    issue_kind kind;
    std::string_view name;  ///< in the control API
    std::string_view type;  ///< `issueType`
    std::string_view category;
    std::int64_t number;          ///< of the group type
    std::string_view event_type;  ///< error, transaction, generic
};
kind_names const& names_of(issue_kind kind) noexcept;
std::optional<issue_kind> parse_issue_kind(std::string_view name) noexcept;

/// Whether a new issue is announced with `issue.created`: only errors, outages, and feedback are.
bool is_announced(issue_kind kind) noexcept;

/// What the kind's detector writes: title, culprit, level, and evidence.
issue draft_of(issue_kind kind);

/// `title` of an event, which is that of its type: a transaction's name, or none.
std::string_view event_title(issue const& issue) noexcept;

/// The text that a person wrote; of feedback only.
std::string_view feedback_message(issue const& issue) noexcept;

/// `metadata` of an issue and its events.
std::string metadata_object(issue const& issue);
/// `occurrence` of an event, in the same form in webhooks and in the API; null for errors.
std::string occurrence_object(issue const& issue, std::string_view event_id, timestamp at);

}  // namespace tocsin::sandbox
