#include "issue_changes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::sandbox {

namespace {

std::vector<webhook> issue_webhooks(
    sandbox_context& context,
    issue const& issue,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::origin const&)> const& body
) {
    auto& state = context.state;
    return webhooks_for(
        state,
        context.base_url,
        *state.organization_by(issue.organization_id),
        state.project_of(issue),
        resource,
        action,
        body
    );
}

std::vector<webhook> changed_webhooks(
    sandbox_context& context,
    issue const& issue,
    std::string_view action,
    std::string_view resolution,
    payloads::actor actor
) {
    return issue_webhooks(context, issue, "issue", action, [&](payloads::origin const& origin) {
        return payloads::issue_changed(origin, issue, action, resolution, actor);
    });
}

void append(std::vector<webhook>& out, std::vector<webhook> more) {
    std::move(more.begin(), more.end(), std::back_inserter(out));
}

}  // namespace

std::vector<webhook> created_webhooks(sandbox_context& context, issue const& issue) {
    return issue_webhooks(context, issue, "issue", "created", [&](payloads::origin const& origin) {
        return payloads::issue_created(origin, issue);
    });
}

std::vector<webhook> add_activity(
    sandbox_context& context,
    issue& issue,
    payloads::activity const& activity,
    payloads::alert_rule const& rule
) {
    auto const is = [&](std::string_view prefix) { return activity.type.starts_with(prefix); };
    if (is("status_resolved")) {
        issue.status = issue_status::resolved;
        issue.substatus.clear();
    } else if (is("status_ignored")) {
        issue.status = issue_status::ignored;
        issue.substatus = "archived_until_escalating";
    } else if (is("status_")) {
        issue.status = issue_status::unresolved;
        issue.substatus = is("status_regression")   ? "regressed"
                          : is("status_escalating") ? "escalating"
                                                    : "ongoing";
    }
    return issue_webhooks(context, issue, "activity_alert", "triggered", [&](payloads::origin const& origin) {
        return payloads::activity_alert(origin, issue, activity, rule);
    });
}

std::vector<webhook> resolve(
    sandbox_context& context, issue& issue, resolution resolution, payloads::actor actor
) {
    auto const type = resolution.type;
    issue.status = issue_status::resolved;
    issue.substatus.clear();
    issue.resolved_by = std::move(resolution);
    return changed_webhooks(context, issue, "resolved", type, actor);
}

std::vector<webhook> unresolve(
    sandbox_context& context, issue& issue, std::string substatus, payloads::actor actor
) {
    issue.status = issue_status::unresolved;
    issue.substatus = std::move(substatus);
    return changed_webhooks(context, issue, "unresolved", {}, actor);
}

std::vector<webhook> ignore(
    sandbox_context& context, issue& issue, std::string substatus, payloads::actor actor
) {
    issue.status = issue_status::ignored;
    issue.substatus = std::move(substatus);
    return changed_webhooks(context, issue, "ignored", {}, actor);
}

std::vector<webhook> assign(sandbox_context& context, issue& issue, person assignee, payloads::actor actor) {
    issue.assigned_to = std::move(assignee);
    return changed_webhooks(context, issue, "assigned", {}, actor);
}

void recover(issue& issue) {
    issue.status = issue_status::resolved;
    issue.substatus.clear();
    issue.resolved_by = {.type = "autoresolve", .release = {}, .commit = {}};
}

std::vector<webhook> comment_webhooks(
    sandbox_context& context, issue const& issue, payloads::comment const& comment, std::string_view action
) {
    return issue_webhooks(context, issue, "comment", action, [&](payloads::origin const& origin) {
        return payloads::comment_changed(origin, issue, comment, action);
    });
}

std::vector<webhook> add_event(
    sandbox_context& context,
    issue& issue,
    payloads::event_details const& event,
    payloads::alert_rule const& rule,
    regression effect
) {
    ++issue.count;
    issue.last_seen = std::max(issue.last_seen, event.at);
    issue.events.push_back(
        {event.event_id, event.at, event.environment, event.release, event.level, event.message}
    );
    issue.environment = event.environment;
    issue.release = event.release;
    std::vector<webhook> out;
    if (issue.status == issue_status::resolved && effect == regression::reopens)
        append(out, unresolve(context, issue, "regressed", payloads::actor::sentry));
    if (!rule.label.empty())
        append(
            out,
            issue_webhooks(
                context,
                issue,
                "event_alert",
                "triggered",
                [&](payloads::origin const& origin) {
                    return payloads::event_alert(origin, issue, event, rule);
                }
            )
        );
    if (issue.kind != issue_kind::error) return out;
    append(out, issue_webhooks(context, issue, "error", "created", [&](payloads::origin const& origin) {
               return payloads::error_created(origin, issue, event);
           }));
    return out;
}

}  // namespace tocsin::sandbox
