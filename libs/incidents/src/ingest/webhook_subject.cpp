#include "ingest/webhook_subject.hpp"

#include <algorithm>
#include <string>
#include <variant>

namespace tocsin::incidents {

namespace {

template <class... Visitors>
struct overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

event_report report_by(std::string const& event, std::string const& reporter) {
    event_report report{.event = crypto::sha256(event), .reporter = {}};
    auto const hash = crypto::sha256(reporter);
    std::copy_n(hash.begin(), report.reporter.size(), report.reporter.begin());
    return report;
}

}  // namespace

std::optional<source> source_of(sentry::webhook const& webhook) {
    if (!webhook.unreadable.empty() || !webhook.disagreement.empty()) return std::nullopt;
    auto const issue = [](std::string const& id) { return std::optional(source{source_kind::issue, id}); };
    return std::visit(
        overloaded{
            [&](sentry::issue const& of) { return issue(of.id); },
            [&](sentry::event const& of) { return issue(of.issue_id); },
            [](sentry::metric_alert const& of) {
                // Each open period has another id.
                return std::optional(
                    source{source_kind::metric_alert, of.rule_id.empty() ? of.id : of.rule_id}
                );
            },
            [&](sentry::comment const& of) { return issue(of.issue_id); },
            [&](sentry::activity_alert const& of) { return issue(of.issue.id); },
            [](sentry::installation_change const&) { return std::optional<source>(); },
            [](sentry::unhandled const&) { return std::optional<source>(); },
        },
        webhook.what
    );
}

std::optional<event_report> event_of(sentry::webhook const& webhook) {
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what))
        return report_by(
            "event " + alert->event_id,
            alert->rule_id.empty() ? "label " + alert->rule : "id " + alert->rule_id
        );
    if (auto const* error = std::get_if<sentry::event>(&webhook.what))
        return report_by("event " + error->event_id, "error");
    if (auto const* comment = std::get_if<sentry::comment>(&webhook.what);
        comment && !comment->id.empty() && !comment->timestamp.empty())
        return report_by(
            "comment " + comment->id + '\n' + webhook.action + '\n' + comment->timestamp, "comment"
        );
    return std::nullopt;
}

std::string assigned_email_of(sentry::webhook const& webhook) {
    auto const* issue = std::get_if<sentry::issue>(&webhook.what);
    return issue && webhook.action == "assigned" ? issue->assignee_email : std::string();
}

sentry::project_ref project_of(sentry::webhook const& webhook) {
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what)) return issue->project;
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what)) return alert->project;
    if (auto const* error = std::get_if<sentry::event>(&webhook.what)) return error->project;
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what))
        return activity->issue.project;
    if (auto const* comment = std::get_if<sentry::comment>(&webhook.what))
        return {{}, comment->project_slug, {}};
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what);
        metric && !metric->projects.empty())
        return {{}, metric->projects.front(), {}};
    return {};
}

}  // namespace tocsin::incidents
