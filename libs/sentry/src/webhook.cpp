#include "fields.hpp"
#include "kinds.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

/// The fields to read. A stored event contains hundreds of frames and variables, which are not built.
json::selection const& selected_fields() {
    static auto const issue = below("data/issue/", issue_paths());
    static json::selection const paths = [] {
        json::selection all{
            "action",
            "installation/uuid",
            "actor/*",
            "data/*",
            "data/assignee/*",
            "data/newest_event/environment",
            "data/event/*",
            "data/event/tags/*/*",
            "data/event/contexts/feedback/message",
            "data/event/occurrence/*",
            "data/event/occurrence/evidenceDisplay/*/*",
            "data/error/*",
            "data/error/tags/*/*",
            "data/issue_alert/*",
            "data/issue_alert/settings/*/*",
            "data/metric_alert/*",
            "data/metric_alert/projects/*",
            "data/metric_alert/alert_rule/id",
            "data/metric_alert/alert_rule/name",
            "data/metric_alert/alert_rule/projects/*",
            "data/metric_alert/alert_rule/environment",
            "data/metric_alert/alert_rule/triggers/*/label",
            "data/metric_alert/alert_rule/triggers/*/actions/*/sentry_app_id",
            "data/metric_alert/alert_rule/triggers/*/actions/*/sentry_app_installation_uuid",
            "data/metric_alert/alert_rule/triggers/*/actions/*/settings/*/*",
            "data/activity/type",
            "data/activity/details/summary",
            "data/activity/details/user/*",
            "data/activity/details/pull_requests/*/*",
            "data/alert/title",
            "data/alert/sentry_app_id",
            "data/alert/settings/*/*",
            "data/installation/app/sentryAppId",
            "data/installation/organization/slug",
            "data/installation/uuid",
            "data/installation/code",
        };
        all.insert(all.end(), issue.begin(), issue.end());
        return all;
    }();
    return paths;
}

/// The resource of the signed body.
resource resource_of(fields const& body) {
    if (body.has({"data", "installation"})) return resource::installation;
    if (body.has({"data", "metric_alert"})) return resource::metric_alert;
    if (body.has({"data", "comment_id"})) return resource::comment;
    if (body.has({"data", "activity"})) return resource::activity_alert;
    if (body.has({"data", "error"})) return resource::error;
    if (body.has({"data", "event"})) return resource::event_alert;
    if (body.has({"data", "issue"})) return resource::issue;
    return resource::other;
}

issue read_webhook_issue(fields const& body) {
    auto const object = body.at({"data", "issue"});
    auto issue = object ? read_issue(*object) : sentry::issue{};
    if (auto const name = body.text({"data", "assignee", "name"}, 254); !name.empty()) {
        auto email = body.text({"data", "assignee", "email"}, 254);
        if (!email.empty() || issue.assignee != name) issue.assignee_email = std::move(email);
        issue.names_assignee = true;
        issue.assignee = name;
    }
    issue.resolution_type = body.text({"data", "resolution_type"}, 60);
    // Only in bodies that Tocsin itself makes from what it read.
    if (body.has({"data", "newest_event"})) {
        issue.is_environment_unreadable = !body.has({"data", "newest_event", "environment"});
        if (!issue.is_environment_unreadable)
            issue.environment = body.text({"data", "newest_event", "environment"}, 200);
    }
    return issue;
}

/// The value of a tag: raw events contain [[key, value], ...].
std::string tag(json::value const& event, std::string_view key, std::size_t max_bytes) {
    auto const tags = event.find("tags");
    for (std::size_t i = 0; tags && i < tags->size(); ++i) {
        auto const pair = tags->element(i);
        if (pair.size() != 2 || pair.kind() != json::kind::array) continue;
        auto const name = pair.element(0).as_string();
        auto const content = pair.element(1).as_string();
        if (name == key && content) return repaired(*content, max_bytes);
    }
    return {};
}

/// The project's slug is only in the event's API URL: .../api/0/projects/{org}/{project}/events/{id}/
std::string project_slug_in(std::string_view url) {
    auto const marker = std::string_view("/api/0/projects/");
    auto const start = url.find(marker);
    if (start == std::string_view::npos) return {};
    auto rest = url.substr(start + marker.size());
    auto const org_end = rest.find('/');
    if (org_end == std::string_view::npos) return {};
    rest = rest.substr(org_end + 1);
    auto const end = rest.find('/');
    return end == std::string_view::npos ? std::string() : repaired(rest.substr(0, end), 200);
}

action_settings read_settings(std::optional<json::value> const& object) {
    action_settings settings;
    for (std::size_t i = 0; object && i < std::min<std::size_t>(object->size(), 50); ++i) {
        auto const item = object->element(i);
        auto const name = item.find("name");
        auto const content = item.find("value");
        if (name && name->as_string() && content && content->as_id_text())
            settings.emplace_back(repaired(*name->as_string(), 100), repaired(*content->as_id_text(), 2000));
    }
    return settings;
}

void read_event(event& target, json::value const& object) {
    fields const body(object);
    target.event_id = body.text({"event_id"}, 65);
    target.issue_id = body.text({"issue_id"}, 65);
    // Very old self-hosted senders name only the address of the issue.
    if (target.issue_id.empty()) target.issue_id = issue_id_in(body.text({"issue_url"}, 2000));
    target.project = {body.text({"project"}, 65), project_slug_in(body.text({"url"}, 2000)), {}};
    target.title = body.text({"title"}, 500);
    target.culprit = body.text({"culprit"}, 500);
    target.level = to_lower(body.text({"level"}, 20));
    if (target.level.empty()) target.level = to_lower(tag(object, "level", 20));
    target.environment = body.text({"environment"}, 200);
    if (target.environment.empty()) target.environment = tag(object, "environment", 200);
    target.release = body.text({"release"}, 300);
    if (target.release.empty()) target.release = tag(object, "sentry:release", 300);
    target.url = issue_page(body.text({"web_url"}, 2000));
    if (target.url.empty()) target.url = issue_page(body.text({"issue_url"}, 2000));
    target.at = body.time({"datetime"});
    read_occurrence(target, object);
}

/// The actions of Sentry apps, in their order.
std::vector<trigger_action> read_trigger_actions(fields const& body) {
    constexpr std::size_t most = 100;
    std::vector<trigger_action> all;
    auto const triggers = body.at({"data", "metric_alert", "alert_rule", "triggers"});
    for (std::size_t i = 0; triggers && i < triggers->size(); ++i) {
        auto const label = fields(triggers->element(i)).text({"label"}, 40);
        auto const actions = triggers->element(i).find("actions");
        for (std::size_t k = 0; actions && k < actions->size() && all.size() < most; ++k) {
            auto settings = read_settings(actions->element(k).find("settings"));
            if (settings.empty()) continue;
            fields const action(actions->element(k));
            auto const installation = uuid::parse(action.text({"sentry_app_installation_uuid"}, 64));
            all.push_back({label, installation, action.text({"sentry_app_id"}, 64), std::move(settings)});
        }
    }
    return all;
}

/// The name of the rule or monitor. description_title begins with a status: "Critical: p95 of checkout".
std::string metric_title(fields const& body) {
    auto name = body.text({"data", "metric_alert", "alert_rule", "name"}, 500);
    if (name.empty()) name = body.text({"data", "metric_alert", "title"}, 500);
    if (!name.empty()) return name;
    auto const described = body.text({"data", "description_title"}, 500);
    auto const colon = described.find(": ");
    return colon == std::string::npos ? described : described.substr(colon + 2);
}

/// Without the technical last line that some versions of Sentry add.
std::string metric_text(std::string text) {
    if (auto const line = text.find("\nThreshold: "); line != std::string::npos) text.resize(line);
    return std::string(trim(text));
}

std::vector<std::string> read_slugs(std::optional<json::value> const& list) {
    constexpr std::size_t most = 100;
    std::vector<std::string> slugs;
    for (std::size_t i = 0; list && i < std::min(list->size(), most); ++i)
        if (auto const slug = list->element(i).as_string()) slugs.push_back(repaired(*slug, 200));
    return slugs;
}

/// Only bodies about the app itself, or its own action, contain it.
std::string read_app_id(fields const& body) {
    auto id = body.text({"data", "installation", "app", "sentryAppId"}, 65);
    if (id.empty()) id = body.text({"data", "issue_alert", "sentry_app_id"}, 65);
    if (id.empty()) id = body.text({"data", "alert", "sentry_app_id"}, 65);
    return is_identifier(id) ? id : std::string();
}

metric_alert read_metric_alert(fields const& body) {
    metric_alert decoded;
    decoded.id = body.text({"data", "metric_alert", "id"}, 65);
    decoded.rule_id = body.text({"data", "metric_alert", "alert_rule", "id"}, 65);
    if (!is_identifier(decoded.rule_id)) decoded.rule_id.clear();
    decoded.title = metric_title(body);
    decoded.text = metric_text(body.text({"data", "description_text"}, 1000));
    decoded.is_closed = body.text({"data", "metric_alert", "status"}, 10) == "2";
    decoded.started_at = body.time({"data", "metric_alert", "date_detected"});
    if (!decoded.started_at) decoded.started_at = body.time({"data", "metric_alert", "date_started"});
    decoded.url = web_url(body.text({"data", "web_url"}, 2000));
    decoded.projects = read_slugs(body.at({"data", "metric_alert", "projects"}));
    if (decoded.projects.empty())
        decoded.projects = read_slugs(body.at({"data", "metric_alert", "alert_rule", "projects"}));
    decoded.environment = body.text({"data", "metric_alert", "alert_rule", "environment"}, 200);
    decoded.actions = read_trigger_actions(body);
    return decoded;
}

std::string missing_identifier(std::string_view field, std::string_view content) {
    return content.empty() ? std::string(field) + " is missing"
                           : std::string(field) + " is not an identifier";
}

std::string unreadable_issue(issue const& value) {
    if (!is_identifier(value.id)) return missing_identifier("data.issue.id", value.id);
    // Of an issue that no longer exists, only the id is known.
    if (value.end.empty() && !is_identifier(value.project.id) && value.project.slug.empty())
        return "data.issue.project has neither id nor slug";
    return {};
}

std::string unreadable_event(event const& value, std::string const& name) {
    if (!is_identifier(value.issue_id)) return missing_identifier(name + ".issue_id", value.issue_id);
    if (!is_identifier(value.event_id)) return missing_identifier(name + ".event_id", value.event_id);
    if (!is_identifier(value.project.id) && value.project.slug.empty()) return name + " names no project";
    return {};
}

void read_event_alert(webhook& hook, fields const& body) {
    event_alert alert;
    if (auto const object = body.at({"data", "event"})) read_event(alert, *object);
    alert.rule = body.text({"data", "triggered_rule"}, 300);
    alert.rule_id = body.text({"data", "issue_alert", "id"}, 64);
    alert.settings = read_settings(body.at({"data", "issue_alert", "settings"}));
    auto const event = body.at({"data", "event"});
    alert.is_test = alert.rule_id == "-1" || alert.category == "test_notification" ||
                    (event && tag(*event, "sample_event", 10) == "yes");
    hook.unreadable = unreadable_event(alert, "data.event");
    hook.what = std::move(alert);
}

void read_error(webhook& hook, fields const& body) {
    event error;
    if (auto const object = body.at({"data", "error"})) read_event(error, *object);
    hook.unreadable = unreadable_event(error, "data.error");
    hook.what = std::move(error);
}

void read_comment(webhook& hook, fields const& body) {
    comment decoded{
        body.text({"data", "issue_id"}, 65),
        body.text({"data", "project_slug"}, 200),
        body.text({"data", "comment"}, 9000),
        body.text({"data", "comment_id"}, 65),
        body.text({"data", "timestamp"}, 64)
    };
    if (!is_identifier(decoded.issue_id))
        hook.unreadable = missing_identifier("data.issue_id", decoded.issue_id);
    hook.what = std::move(decoded);
}

void read_activity_alert(webhook& hook, fields const& body) {
    activity_alert alert{
        read_webhook_issue(body),
        body.text({"data", "activity", "type"}, 60),
        body.text({"data", "alert", "title"}, 300),
        body.text({"data", "activity", "details", "summary"}, 4000),
        {},
        read_settings(body.at({"data", "alert", "settings"}))
    };
    auto const requests = body.at({"data", "activity", "details", "pull_requests"});
    for (std::size_t i = 0; requests && i < std::min<std::size_t>(requests->size(), 10); ++i) {
        fields const request(requests->element(i));
        alert.pull_requests.emplace_back(
            request.text({"repo_name"}, 200), web_url(request.text({"url"}, 2000))
        );
    }
    // The envelope of an alert always names Sentry.
    auto name = body.text({"data", "activity", "details", "user", "name"}, 300);
    if (name.empty()) name = body.text({"data", "activity", "details", "user", "username"}, 300);
    if (!name.empty()) hook.actor = {"user", std::move(name)};
    hook.unreadable = unreadable_issue(alert.issue);
    hook.what = std::move(alert);
}

void read_content(webhook& hook, fields const& body) {
    switch (hook.resource) {
        case resource::issue: {
            auto issue = read_webhook_issue(body);
            hook.unreadable = unreadable_issue(issue);
            hook.what = std::move(issue);
            break;
        }
        case resource::event_alert:
            read_event_alert(hook, body);
            break;
        case resource::error:
            read_error(hook, body);
            break;
        case resource::metric_alert: {
            auto alert = read_metric_alert(body);
            if (!is_identifier(alert.id))
                hook.unreadable = missing_identifier("data.metric_alert.id", alert.id);
            hook.what = std::move(alert);
            break;
        }
        case resource::comment:
            read_comment(hook, body);
            break;
        case resource::activity_alert:
            read_activity_alert(hook, body);
            break;
        case resource::installation:
            hook.what = installation_change{
                body.text({"data", "installation", "organization", "slug"}, 200),
                secret(body.text({"data", "installation", "code"}, 200))
            };
            break;
        case resource::other:
            break;
    }
}

std::string disagreement(std::string const& header, resource body) {
    return "the Sentry-Hook-Resource header says " + header + ", the body is " +
           (body == resource::other ? "of no known resource" : "a " + std::string(to_string(body)));
}

}  // namespace

std::string_view to_string(resource r) noexcept {
    return name_of(resource_names, r);
}

result<webhook> decode_webhook(std::string_view body, std::string_view resource_header) {
    auto const parsed = json::parse_lenient(body, selected_fields());
    if (!parsed) return parsed.error();
    fields const object(parsed->root());

    auto const action = object.at({"action"});
    auto const installation = uuid::parse(object.text({"installation", "uuid"}, 64));
    if (!action || !action->as_string() || action->as_string()->empty())
        return error{
            errc::invalid, "The body has no action: this is not a webhook of Sentry's integration platform."
        };
    if (!installation)
        return error{
            errc::invalid,
            "The body has no installation.uuid: this is not a webhook of Sentry's integration platform."
        };
    webhook hook;
    hook.action = printable(*action->as_string(), 64);
    hook.installation = *installation;
    hook.actor = {object.text({"actor", "type"}, 40), object.text({"actor", "name"}, 300)};
    hook.app_id = read_app_id(object);
    hook.resource_name = printable(resource_header, 64);
    hook.cut = parsed->cut();
    hook.resource = resource_of(object);
    auto const named = value_of(resource_names, resource_header).value_or(resource::other);
    if (named == resource::other)
        hook.resource = resource::other;  // a resource that Tocsin does not know
    else if (named != hook.resource)
        hook.disagreement = disagreement(hook.resource_name, hook.resource);
    read_content(hook, object);
    return hook;
}

}  // namespace tocsin::sentry
