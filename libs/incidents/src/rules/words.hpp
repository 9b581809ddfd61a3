#pragma once

#include <tocsin/sentry/webhook.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::incidents {

// The sentences of timelines and rules about what happened in Sentry.

/// "resolved in Sentry in release shop@1.2.3". The activity decides if it names the way; empty for
/// issue.resolved.
std::string words_of_resolution(sentry::issue const& issue, std::string_view activity);

/// "the issue regressed in Sentry", "the issue was unresolved in Sentry by Ada".
std::string words_of_regression(
    sentry::issue const& issue, std::string_view activity, sentry::actor const& actor
);

/// An activity that does not change the status, with its links.
std::string words_of_activity(sentry::activity_alert const& alert);

/// For the column `evidence`: a JSON array of names and values; empty if there is none.
std::string evidence_json(std::vector<std::pair<std::string, std::string>> const& evidence);

}  // namespace tocsin::incidents
