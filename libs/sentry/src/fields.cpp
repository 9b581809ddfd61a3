#include "fields.hpp"

#include "kinds.hpp"

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
        "*",
        "project/*",
        "assignedTo/*",
        "firstRelease/version",
        "lastRelease/version",
        "metadata/message",
        "statusDetails/inRelease",
        "statusDetails/inCommit/*",
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
    for (auto const* const name : {"web_url", "permalink", "url"})
        if (value.url.empty()) value.url = issue_page(body.text({name}, 2000));
    value.category = category_of(to_lower(body.text({"issueCategory"}, 40)));
    if (value.category == "feedback") {
        value.message = body.text({"metadata", "message"}, 4000);
        set_feedback_title(value.title, value.message);
    }
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
    value.names_assignee = body.has({"assignedTo"});
    value.assignee = body.text({"assignedTo", "name"}, 254);
    value.assignee_email = body.text({"assignedTo", "email"}, 254);
    value.end = body.text({"end"}, 300);
    value.resolved_release = body.text({"statusDetails", "inRelease"}, 300);
    value.resolved_commit = body.text({"statusDetails", "inCommit", "id"}, 100);
    if (value.resolved_commit.empty())
        value.resolved_commit = body.text({"statusDetails", "inCommit", "commit"}, 100);
    return value;
}

namespace {

void write_details(json::writer& out, issue const& from) {
    if (!from.message.empty())
        out.name("metadata").begin_object().field("message", from.message).end_object();
    out.name("statusDetails").begin_object();
    if (!from.resolved_release.empty()) out.field("inRelease", from.resolved_release);
    if (!from.resolved_commit.empty())
        out.name("inCommit").begin_object().field("id", from.resolved_commit).end_object();
    out.end_object();
    if (!from.end.empty()) out.field("end", from.end);
    if (!from.names_assignee) return;
    out.name("assignedTo");
    if (from.assignee.empty())
        out.null();
    else
        out.begin_object().field("name", from.assignee).field("email", from.assignee_email).end_object();
}

}  // namespace

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
        .field("issueCategory", from.category)
        .field("count", std::to_string(from.count))
        .field("firstSeen", from.first_seen)
        .field("lastSeen", from.last_seen);
    out.name("project")
        .begin_object()
        .field("id", from.project.id)
        .field("slug", from.project.slug)
        .field("name", from.project.name)
        .end_object();
    write_details(out, from);
    out.end_object();
}

}  // namespace tocsin::sentry
