#include "api_issues.hpp"

#include "issue_changes.hpp"
#include "occurrences.hpp"
#include "paging.hpp"
#include "routes.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <string>
#include <vector>

/// The issues of Sentry's REST API.
namespace tocsin::sandbox {

namespace {

constexpr std::initializer_list<std::string_view> write_scopes{"event:write", "event:admin"};

void write_project(json::writer& out, project const& project) {
    out.name("project")
        .begin_object()
        .field("id", project.id)
        .field("name", project.name)
        .field("slug", project.slug)
        .field("platform", project.platform)
        .end_object();
}

void write_assignee(json::writer& out, std::optional<person> const& assignee) {
    out.name("assignedTo");
    if (!assignee) {
        out.null();
        return;
    }
    out.begin_object()
        .field("type", assignee->type)
        .field("id", assignee->id)
        .field("name", assignee->name)
        .field("email", assignee->email)
        .end_object();
}

void write_issue(json::writer& out, sandbox_context& context, issue const& issue) {
    auto const& project = context.state.project_of(issue);
    auto const& org = *context.state.organization_by(issue.organization_id);
    out.begin_object()
        .field("id", issue.id)
        .field("shareId", nullptr)
        .field("shortId", issue.short_id)
        .field("title", issue.title)
        .field("culprit", issue.culprit)
        .field("permalink", context.base_url + "/organizations/" + org.slug + "/issues/" + issue.id + "/")
        .field("logger", nullptr)
        .field("level", issue.level)
        .field("status", to_string(issue.status))
        .name("statusDetails")
        .raw(payloads::status_details(issue));
    if (issue.substatus.empty()) {
        out.field("substatus", nullptr);
    } else {
        out.field("substatus", issue.substatus);
    }
    out.field("isPublic", false)
        .field("platform", project.platform)
        .field("priority", issue.level == "fatal" || issue.level == "error" ? "high" : "medium");
    write_project(out, project);
    auto const& kind = names_of(issue.kind);
    out.field("type", kind.event_type)
        .field("issueType", kind.type)
        .field("issueCategory", kind.category)
        .name("metadata")
        .raw(metadata_object(issue));
    out.field("numComments", issue.comments);
    write_assignee(out, issue.assigned_to);
    out.field("annotations", std::vector<std::string>{})
        .field("isUnhandled", true)
        .field("count", std::to_string(issue.count))
        .field("userCount", 1)
        .field("firstSeen", issue.first_seen)
        .field("lastSeen", issue.last_seen);
    write_release(out, "firstRelease", issue.release, issue.first_seen);
    write_release(out, "lastRelease", issue.release, issue.first_seen);
    out.end_object();
}

http::response issue_response(sandbox_context& context, issue const& issue) {
    json::writer out;
    write_issue(out, context, issue);
    return http::response::json(200, out.take());
}

http::response show_issue(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_issue(context, request, event_read_scopes);
    if (caller.refusal) return *caller.refusal;
    auto const* const issue = find_issue(context, caller, request);
    return issue ? issue_response(context, *issue) : not_found();
}

/// `status` and `assignedTo`; other members are ignored.
http::response update_issue(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_issue(context, request, write_scopes);
    if (caller.refusal) return *caller.refusal;
    auto* const issue = find_issue(context, caller, request);
    if (!issue) return not_found();
    auto const body = is_json(request) ? json::parse(request.body) : error{errc::invalid, {}};
    if (!body) return detail_response(400, "JSON parse error");
    auto const text = [&](std::string_view name) {
        auto const member = body->root().find(name);
        return std::string(member ? member->as_string().value_or("") : "");
    };
    auto const actor = caller.actor();
    auto const status = text("status");
    if (issue->kind == issue_kind::metric && status.starts_with("resolved"))
        return detail_response(400, "Cannot manually resolve one or more issues");
    if (status == "resolved") {
        context.webhooks.post(resolve(context, *issue, {}, actor));
    } else if (status == "resolvedInNextRelease") {
        context.webhooks.post(
            resolve(context, *issue, {.type = "in_next_release", .release = {}, .commit = {}}, actor)
        );
    } else if (status == "unresolved") {
        context.webhooks.post(unresolve(context, *issue, "ongoing", actor));
    } else if (status == "ignored") {
        auto const substatus = text("substatus");
        context.webhooks.post(
            ignore(context, *issue, substatus.empty() ? "archived_until_escalating" : substatus, actor)
        );
    } else if (!status.empty()) {
        return http::response::json(400, R"({"status":["Not a valid choice."]})");
    }
    if (auto const assignee = text("assignedTo"); !assignee.empty()) {
        person assigned;
        assigned.name = assigned.email = assignee;
        context.webhooks.post(assign(context, *issue, assigned, actor));
    }
    return issue_response(context, *issue);
}

/// A list's `query`: `is:` terms and free text; other terms are ignored.
struct issue_filter {
    std::optional<issue_status> status;
    std::vector<std::string> words;
};

issue_filter read_filter(http::request const& request) {
    issue_filter out;
    auto const query = request.query_value("query");
    auto remaining = to_lower(query.value_or("is:unresolved"));
    while (!remaining.empty()) {
        auto const word = remaining.substr(0, remaining.find(' '));
        remaining.erase(0, word.size() + 1);
        if (word == "is:unresolved") {
            out.status = issue_status::unresolved;
        } else if (word == "is:resolved") {
            out.status = issue_status::resolved;
        } else if (word == "is:ignored" || word == "is:archived") {
            out.status = issue_status::ignored;
        } else if (!word.empty() && word.find(':') == std::string::npos) {
            out.words.push_back(word);
        }
    }
    return out;
}

bool matches(issue_filter const& filter, issue const& issue) {
    if (filter.status && *filter.status != issue.status) return false;
    auto const text = to_lower(issue.title + " " + issue.short_id);
    return std::all_of(filter.words.begin(), filter.words.end(), [&](std::string const& word) {
        return text.find(word) != std::string::npos;
    });
}

/// `project=` may be repeated; no such parameter, or -1, selects all projects.
bool is_selected_project(http::request const& request, project const& project) {
    bool has_filter = false;
    for (auto const& [name, value] : request.query) {
        if (name != "project") continue;
        if (value == "-1" || value == project.id || value == project.slug) return true;
        has_filter = true;
    }
    return !has_filter;
}

/// The issues of one project, or of all that the request selects.
http::response issue_list(
    sandbox_context& context, api_caller const& caller, http::request const& request, project const* only
) {
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& page = std::get<page_request>(parsed);
    auto const filter = read_filter(request);
    auto const environment = request.query_value("environment");
    std::vector<issue const*> all;
    for (auto const& candidate : context.state.issues) {
        if (candidate.organization_id != caller.org->id || !matches(filter, candidate)) continue;
        if (environment && *environment != candidate.environment) continue;
        auto const& project = context.state.project_of(candidate);
        if (only ? only->id == project.id : is_selected_project(request, project)) all.push_back(&candidate);
    }
    std::stable_sort(all.begin(), all.end(), [](issue const* a, issue const* b) {
        return a->last_seen > b->last_seen;
    });

    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < all.size() && i < page.begin() + page.size; ++i)
        write_issue(out, context, *all[i]);
    out.end_array();
    auto response = http::response::json(200, out.take());
    response.headers.set("Link", link_header(request, context.base_url, page, all.size()));
    response.headers.set("X-Hits", std::to_string(all.size()));
    return response;
}

http::response list_issues(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_in_organization(context, request, event_read_scopes);
    if (caller.refusal) return *caller.refusal;
    return issue_list(context, caller, request, nullptr);
}

http::response list_project_issues(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_in_organization(context, request, event_read_scopes);
    if (caller.refusal) return *caller.refusal;
    auto const* const project = context.state.project_by(*caller.org, request.capture("project"));
    return project ? issue_list(context, caller, request, project) : not_found();
}

/// Adds a note, as `POST .../notes/` does.
http::response add_note(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_issue(context, request, write_scopes);
    if (caller.refusal) return *caller.refusal;
    auto* const issue = find_issue(context, caller, request);
    if (!issue) return not_found();
    auto const body = is_json(request) ? json::parse(request.body) : error{errc::invalid, {}};
    auto const text = body ? body->root().find("text") : std::nullopt;
    auto const content = text ? text->as_string().value_or("") : std::string_view();
    if (content.empty()) return http::response::json(400, R"({"text":["This field is required."]})");
    auto const id = ++issue->comments;
    payloads::comment comment;
    comment.id = id;
    comment.text = content;
    comment.at = context.state.now();
    issue->comment_times[id] = comment.at;
    context.webhooks.post(comment_webhooks(context, *issue, comment, "created"));
    json::writer out;
    out.begin_object()
        .field("id", std::to_string(id))
        .field("type", "note")
        .name("data")
        .begin_object()
        .field("text", content)
        .end_object()
        .field("dateCreated", comment.at)
        .end_object();
    return http::response::json(201, out.take());
}

}  // namespace

void add_issue_routes(route_table& table, sandbox_context& context) {
    auto const add = [&](http::method method,
                         std::string pattern,
                         http::response (*handle)(sandbox_context&, http::request const&)) {
        table.add(method, std::move(pattern), "issues", [&context, handle](http::request& request) {
            return handle(context, request);
        });
    };
    add(http::method::get, "/api/0/organizations/{organization}/issues/", list_issues);
    add(http::method::get, "/api/0/projects/{organization}/{project}/issues/", list_project_issues);
    for (std::string const prefix :
         {"/api/0/organizations/{organization}/issues/{issue}/", "/api/0/issues/{issue}/"}) {
        add(http::method::get, prefix, show_issue);
        add(http::method::put, prefix, update_issue);
        add(http::method::post, prefix + "notes/", add_note);
    }
}

}  // namespace tocsin::sandbox
