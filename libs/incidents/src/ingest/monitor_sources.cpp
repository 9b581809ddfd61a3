#include "ingest/monitor_sources.hpp"

#include "ingest/webhook_subject.hpp"

#include <utility>
#include <variant>

namespace tocsin::incidents {

namespace {

/// Whether a monitor of the same project and name is another one: their rules or issues differ.
bool is_other(
    monitor_key const& key, std::optional<std::string> const& rule, std::optional<std::string> const& issue
) {
    return (key.rule && rule && *key.rule != *rule) || (key.issue && issue && *key.issue != *issue);
}

}  // namespace

std::optional<monitor_key> monitor_of(
    organization_id org, integration_id integration, sentry::webhook const& webhook
) {
    monitor_key key{org, integration};
    std::string title;
    auto const set_issue = [&](std::string const& id, std::string const& category, std::string const& name) {
        if (category != "metric") return false;
        key.issue = id;
        title = name;
        return true;
    };
    bool is_monitor = false;
    if (auto const* comment = std::get_if<sentry::comment>(&webhook.what)) {
        key.issue = comment->issue_id;
        return key;
    }
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what)) {
        key.rule = source_of(webhook)->id;
        title = metric->title;
        is_monitor = true;
    }
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what))
        is_monitor = set_issue(issue->id, issue->category, issue->title);
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what))
        is_monitor = set_issue(activity->issue.id, activity->issue.category, activity->issue.title);
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what))
        is_monitor = set_issue(alert->issue_id, alert->category, alert->title);
    auto const project = project_of(webhook).slug;
    if (!is_monitor || title.empty() || project.empty()) return std::nullopt;
    key.name = crypto::sha256(project + '\n' + title);
    return key;
}

void monitor_sources::add(std::optional<monitor_key> key, source& of_delivery) {
    if (!key) return;
    keys_.push_back(std::move(*key));
    sources_.push_back(&of_delivery);
}

void monitor_sources::resolve(db::transaction& tx) {
    auto const found = find_monitors(tx, keys_);
    for (std::size_t i = 0; i < keys_.size(); ++i) resolve_one(keys_[i], found[i], *sources_[i]);
}

void monitor_sources::resolve_one(
    monitor_key const& key, std::optional<metric_monitor> const& found, source& of_delivery
) {
    if (found && is_other(key, found->rule, found->issue)) return;
    if (found) of_delivery = found->source;
    if (!key.name) return;
    monitor_key const name{key.organization, key.integration, key.name};
    if (auto const at = writes_by_name_.find(name); at != writes_by_name_.end()) {
        auto& written = writes_[at->second];
        if (is_other(key, written.key.rule, written.key.issue)) return;
        of_delivery = written.source;
        if (key.rule) written.key.rule = key.rule;
        if (key.issue) written.key.issue = key.issue;
        return;
    }
    bool const is_known =
        found && (!key.rule || found->rule == key.rule) && (!key.issue || found->issue == key.issue);
    if (is_known) return;
    writes_by_name_.emplace(name, writes_.size());
    writes_.push_back({key, of_delivery});
}

}  // namespace tocsin::incidents
