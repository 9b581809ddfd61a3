#pragma once

#include "core.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What can happen to an issue at Sentry. Each changes the issue and answers with the webhooks that tell of
/// it: the caller decides whether to wait for them.
namespace tocsin::sandbox {

std::vector<webhook> tell_created(core& shared, issue const& what);

struct resolution {
    std::string type = "now";  ///< now, in_release, in_next_release, in_commit, with_commit
};
std::vector<webhook> resolve(core& shared, issue& what, resolution how, payloads::actor by);
/// `substatus`: regressed, escalating, ongoing.
std::vector<webhook> unresolve(core& shared, issue& what, std::string substatus, payloads::actor by);
/// `substatus`: archived_until_escalating, archived_until_condition_met, archived_forever.
std::vector<webhook> ignore(core& shared, issue& what, std::string substatus, payloads::actor by);
std::vector<webhook> assign(core& shared, issue& what, person to, payloads::actor by);

/// `action`: created, updated, deleted.
std::vector<webhook> tell_comment(
    core& shared, issue const& what, payloads::comment const& said, std::string_view action
);

enum class regression {
    happens,  ///< a new event turns a resolved issue unresolved, and that is told first
    held_back
};
/// One more event. An empty label of the rule: no alert fires.
std::vector<webhook> occur(
    core& shared,
    issue& what,
    payloads::occurrence const& event,
    payloads::alert_rule const& rule,
    regression if_resolved
);

}  // namespace tocsin::sandbox
