#pragma once

#include "store/applied_events.hpp"

#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <optional>

namespace tocsin::incidents {

/// Nothing if the webhook has no source, or its header and body disagree.
std::optional<source> source_of(sentry::webhook const& webhook);
/// The event that a webhook reports, and the alert rule (by its id, else its label) that reports it. A change
/// of a comment is an event, too.
std::optional<event_report> event_of(sentry::webhook const& webhook);
/// The e-mail address of the person to whom issue.assigned assigns the issue; empty if Sentry names none.
std::string assigned_email_of(sentry::webhook const& webhook);
/// Of a metric alert with several projects, the first one.
sentry::project_ref project_of(sentry::webhook const& webhook);

}  // namespace tocsin::incidents
