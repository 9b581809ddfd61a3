#include "happenings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::sandbox {

namespace {

std::vector<webhook> tell(
    core& shared,
    issue const& what,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::scene const&)> const& body
) {
    auto& world = shared.world;
    return webhooks_for(
        world,
        shared.base_url,
        *world.organization_by(what.organization_id),
        world.project_of(what),
        resource,
        action,
        body
    );
}

std::vector<webhook> tell_changed(
    core& shared, issue const& what, std::string_view action, std::string_view resolution, payloads::actor by
) {
    return tell(shared, what, "issue", action, [&](payloads::scene const& where) {
        return payloads::issue_changed(where, what, action, resolution, by);
    });
}

void append(std::vector<webhook>& to, std::vector<webhook> more) {
    std::move(more.begin(), more.end(), std::back_inserter(to));
}

}  // namespace

std::vector<webhook> tell_created(core& shared, issue const& what) {
    return tell(shared, what, "issue", "created", [&](payloads::scene const& where) {
        return payloads::issue_created(where, what);
    });
}

std::vector<webhook> resolve(core& shared, issue& what, resolution how, payloads::actor by) {
    what.status = issue_status::resolved;
    what.substatus.clear();
    return tell_changed(shared, what, "resolved", how.type, by);
}

std::vector<webhook> unresolve(core& shared, issue& what, std::string substatus, payloads::actor by) {
    what.status = issue_status::unresolved;
    what.substatus = std::move(substatus);
    return tell_changed(shared, what, "unresolved", {}, by);
}

std::vector<webhook> ignore(core& shared, issue& what, std::string substatus, payloads::actor by) {
    what.status = issue_status::ignored;
    what.substatus = std::move(substatus);
    return tell_changed(shared, what, "ignored", {}, by);
}

std::vector<webhook> assign(core& shared, issue& what, person to, payloads::actor by) {
    what.assigned_to = std::move(to);
    return tell_changed(shared, what, "assigned", {}, by);
}

std::vector<webhook> tell_comment(
    core& shared, issue const& what, payloads::comment const& said, std::string_view action
) {
    return tell(shared, what, "comment", action, [&](payloads::scene const& where) {
        return payloads::comment_changed(where, what, said, action);
    });
}

std::vector<webhook> occur(
    core& shared,
    issue& what,
    payloads::occurrence const& event,
    payloads::alert_rule const& rule,
    regression if_resolved
) {
    ++what.count;
    what.last_seen = std::max(what.last_seen, event.at);
    what.events.push_back(
        {event.event_id, event.at, event.environment, event.release, event.level, event.message}
    );
    what.environment = event.environment;
    what.release = event.release;
    std::vector<webhook> out;
    if (what.status == issue_status::resolved && if_resolved == regression::happens)
        append(out, unresolve(shared, what, "regressed", payloads::actor::sentry));
    if (!rule.label.empty())
        append(out, tell(shared, what, "event_alert", "triggered", [&](payloads::scene const& where) {
                   return payloads::event_alert(where, what, event, rule);
               }));
    append(out, tell(shared, what, "error", "created", [&](payloads::scene const& where) {
               return payloads::error_created(where, what, event);
           }));
    return out;
}

}  // namespace tocsin::sandbox
