#include "fields.hpp"

#include <tocsin/sentry/webhook.hpp>

#include <charconv>

namespace tocsin::sentry {

std::int64_t fields::count(std::initializer_list<std::string_view> path) const {
    auto const digits = text(path, 20);
    std::int64_t value = 0;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return failed == std::errc{} && value > 0 ? value : 1;
}

std::vector<std::string> below(std::string_view prefix, json::selection const& paths) {
    std::vector<std::string> all;
    for (auto const path : paths) all.push_back(std::string(prefix) + std::string(path));
    return all;
}

json::selection const& issue_paths() {
    static json::selection const paths{
        "*", "project/*", "assignedTo/*", "firstRelease/version", "lastRelease/version"
    };
    return paths;
}

issue read_issue(json::value const& object) {
    fields const body(object);
    issue value;
    value.id = body.text({"id"}, 65);
    value.short_id = body.text({"shortId"}, 200);
    value.title = body.text({"title"}, 500);
    value.culprit = body.text({"culprit"}, 500);
    value.level = to_lower(body.text({"level"}, 20));
    value.status = to_lower(body.text({"status"}, 40));
    value.substatus = to_lower(body.text({"substatus"}, 60));
    value.url = web_url(body.text({"web_url"}, 2000));
    if (value.url.empty()) value.url = web_url(body.text({"permalink"}, 2000));
    value.project = {
        body.text({"project", "id"}, 65),
        body.text({"project", "slug"}, 200),
        body.text({"project", "name"}, 300)
    };
    value.release = body.text({"lastRelease", "version"}, 300);
    if (value.release.empty()) value.release = body.text({"firstRelease", "version"}, 300);
    value.count = body.count({"count"});
    value.first_seen = body.time({"firstSeen"});
    value.last_seen = body.time({"lastSeen"});
    value.assignee = body.text({"assignedTo", "name"}, 254);
    return value;
}

void write_issue(json::writer& out, issue const& from) {
    out.begin_object()
        .field("id", from.id)
        .field("shortId", from.short_id)
        .field("title", from.title)
        .field("culprit", from.culprit)
        .field("level", from.level)
        .field("status", from.status)
        .field("substatus", from.substatus)
        .field("web_url", from.url)
        .field("permalink", from.url)
        .field("count", std::to_string(from.count))
        .field("firstSeen", from.first_seen)
        .field("lastSeen", from.last_seen);
    out.name("project")
        .begin_object()
        .field("id", from.project.id)
        .field("slug", from.project.slug)
        .field("name", from.project.name)
        .end_object();
    out.end_object();
}

}  // namespace tocsin::sentry
