#pragma once

#include "context.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Changes of an issue at Sentry. Each function changes the issue and returns the webhooks about the change;
/// the caller sends them.
namespace tocsin::sandbox {

std::vector<webhook> created_webhooks(sandbox_context& context, issue const& issue);
/// An alert of a rule about an activity. The types `status_*` also change the issue.
std::vector<webhook> add_activity(
    sandbox_context& context,
    issue& issue,
    payloads::activity const& activity,
    payloads::alert_rule const& rule
);

std::vector<webhook> resolve(
    sandbox_context& context, issue& issue, resolution resolution, payloads::actor actor
);
/// `substatus`: regressed, escalating, ongoing.
std::vector<webhook> unresolve(
    sandbox_context& context, issue& issue, std::string substatus, payloads::actor actor
);
/// `substatus`: archived_until_escalating, archived_until_condition_met, archived_forever.
std::vector<webhook> ignore(
    sandbox_context& context, issue& issue, std::string substatus, payloads::actor actor
);
std::vector<webhook> assign(sandbox_context& context, issue& issue, person assignee, payloads::actor actor);

/// Sentry sends no webhook when an outage ends by itself.
void recover(issue& issue);

/// `action`: created, updated, deleted.
std::vector<webhook> comment_webhooks(
    sandbox_context& context, issue const& issue, payloads::comment const& comment, std::string_view action
);

/// Whether a new event makes a resolved issue unresolved. If so, that webhook comes first.
enum class regression { reopens, ignored };
/// Adds an event. With an empty label of the rule, no alert fires.
std::vector<webhook> add_event(
    sandbox_context& context,
    issue& issue,
    payloads::event_details const& event,
    payloads::alert_rule const& rule,
    regression effect
);

}  // namespace tocsin::sandbox
