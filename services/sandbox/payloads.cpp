#include "payloads.hpp"

#include "occurrences.hpp"
#include "payloads_shared.hpp"

/// The bodies about installations, issues, and comments.
namespace tocsin::sandbox::payloads {

namespace {

std::string web_url(origin const& origin, issue const& issue) {
    return origin.base_url + "/organizations/" + origin.org.slug + "/issues/" + issue.id + "/";
}

void write_project(sentry_json::writer& out, project const& project) {
    out.begin_object("project")
        .text("id", project.id)
        .text("name", project.name)
        .text("slug", project.slug)
        .text_or_null("platform", project.platform)
        .end_object();
}

void write_assignee(sentry_json::writer& out, issue const& issue) {
    if (!issue.assigned_to) {
        out.null("assignedTo");
        return;
    }
    out.begin_object("assignedTo");
    if (issue.assigned_to->type == "user") out.text("email", issue.assigned_to->email);
    out.text("type", issue.assigned_to->type)
        .text("id", issue.assigned_to->id)
        .text("name", issue.assigned_to->name)
        .end_object();
}

/// `issue.created` has links and ISO dates; later actions do not.
enum class issue_form { created, changed };

void write_links(sentry_json::writer& out, origin const& origin, issue const& issue) {
    out.text("url", api_url(origin, issue))
        .text("web_url", web_url(origin, issue))
        .text(
            "project_url",
            origin.base_url + "/organizations/" + origin.org.slug + "/issues/?project=" + origin.project.id
        );
}

std::string issue_object(origin const& origin, issue const& issue, issue_form form) {
    auto const is_created = form == issue_form::created;
    auto const date = [&](timestamp at) {
        return is_created ? sentry_json::iso_date(at) : sentry_json::date(at);
    };
    sentry_json::writer out;
    out.begin_object();
    if (is_created) write_links(out, origin, issue);
    out.text("id", issue.id)
        .null("shareId")
        .text("shortId", issue.short_id)
        .text("title", issue.title)
        .text("culprit", issue.culprit)
        .text("permalink", web_url(origin, issue))
        .null("logger")
        .text("level", issue.level)
        .text("status", to_string(issue.status))
        .raw("statusDetails", status_details(issue))
        .text_or_null("substatus", issue.substatus)
        .flag("isPublic", false)
        .text_or_null("platform", origin.project.platform);
    write_project(out, origin.project);
    auto const& kind = names_of(issue.kind);
    out.text("type", kind.event_type);
    out.raw("metadata", metadata_object(issue)).number("numComments", issue.comments);
    write_assignee(out, issue);
    out.flag("isBookmarked", false)
        .flag("isSubscribed", false)
        .flag("hasSeen", false)
        .begin_array("annotations")
        .end_array()
        .text("issueType", kind.type)
        .text("issueCategory", kind.category)
        .text("priority", issue.level == "fatal" || issue.level == "error" ? "high" : "medium")
        .null("priorityLockedAt")
        .flag("isUnhandled", true)
        .text("count", std::to_string(issue.count))
        .number("userCount", 1)
        .text("firstSeen", date(issue.first_seen))
        .text("lastSeen", date(issue.last_seen))
        .end_object();
    return out.take();
}

}  // namespace

std::string api_url(origin const& origin, issue const& issue) {
    return origin.base_url + "/api/0/organizations/" + origin.org.slug + "/issues/" + issue.id + "/";
}

std::string status_details(issue const& issue) {
    auto const& [type, release, commit] = issue.resolved_by;
    sentry_json::writer out;
    out.begin_object();
    if (issue.status == issue_status::resolved) {
        if (type == "in_release") out.text("inRelease", release);
        if (type == "in_next_release") out.flag("inNextRelease", true);
        if (type == "in_commit") out.begin_object("inCommit").text("id", commit).end_object();
    }
    out.end_object();
    return out.take();
}

std::string issue_with_links(origin const& origin, issue const& issue) {
    return issue_object(origin, issue, issue_form::created);
}

void write_texts(sentry_json::writer& out, std::string_view name, std::vector<std::string> const& texts) {
    out.begin_array(name);
    for (auto const& text : texts) out.text(text);
    out.end_array();
}

std::string envelope(
    uuid const& installation,
    std::string_view action,
    std::string_view data,
    actor actor,
    application const& app
) {
    sentry_json::writer out;
    out.begin_object()
        .text("action", action)
        .begin_object("installation")
        .text("uuid", installation.str())
        .end_object()
        .raw("data", data)
        .begin_object("actor");
    switch (actor) {
        case payloads::actor::user:
            out.text("type", "user").number("id", 1).text("name", "Demo User");
            break;
        case payloads::actor::application:
            out.text("type", "application").text("id", app.public_id.str()).text("name", app.name);
            break;
        case payloads::actor::sentry:
            out.text("type", "application").text("id", "sentry").text("name", "Sentry");
            break;
    }
    out.end_object().end_object();
    return out.take();
}

std::string installation_object(
    installation const& installation, application const& app, organization const& org, code_member code
) {
    sentry_json::writer out;
    out.begin_object()
        .begin_object("app")
        .text("uuid", app.public_id.str())
        .text("slug", app.slug)
        .number("sentryAppId", app.id)
        .end_object()
        .begin_object("organization")
        .text("slug", org.slug)
        .raw("id", org.id)
        .end_object()
        .text("uuid", installation.id.str())
        .text("status", to_string(installation.status));
    if (code == code_member::present && !installation.code.empty()) out.text("code", installation.code);
    out.end_object();
    return out.take();
}

std::string installation_data(
    installation const& installation, application const& app, organization const& org
) {
    sentry_json::writer out;
    out.begin_object()
        .raw("installation", installation_object(installation, app, org, code_member::present))
        .end_object();
    return out.take();
}

std::string issue_created(origin const& origin, issue const& issue) {
    sentry_json::writer data;
    data.begin_object().raw("issue", issue_with_links(origin, issue)).end_object();
    return envelope(origin.installation, "created", data.take(), actor::sentry, origin.app);
}

std::string issue_changed(
    origin const& origin,
    issue const& issue,
    std::string_view action,
    std::string_view resolution,
    actor actor
) {
    sentry_json::writer data;
    data.begin_object();
    if (action == "resolved") data.text("resolution_type", resolution);
    if (action == "assigned" && issue.assigned_to) {
        data.begin_object("assignee")
            .text("type", issue.assigned_to->type)
            .text("name", issue.assigned_to->name)
            .raw("id", issue.assigned_to->id);
        if (issue.assigned_to->type == "user") data.text("email", issue.assigned_to->email);
        data.end_object();
    }
    data.raw("issue", issue_object(origin, issue, issue_form::changed)).end_object();
    return envelope(origin.installation, action, data.take(), actor, origin.app);
}

std::string comment_changed(
    origin const& origin, issue const& issue, comment const& comment, std::string_view action
) {
    sentry_json::writer data;
    data.begin_object()
        .text("comment", comment.text)
        .text("project_slug", origin.project.slug)
        .number("comment_id", comment.id)
        .raw("issue_id", issue.id)
        .text("timestamp", sentry_json::date(comment.at))
        .end_object();
    return envelope(origin.installation, action, data.take(), actor::user, origin.app);
}

}  // namespace tocsin::sandbox::payloads
