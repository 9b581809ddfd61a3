#include "api_issues.hpp"
#include "occurrences.hpp"
#include "paging.hpp"
#include "routes.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// The events of issues in Sentry's REST API.
namespace tocsin::sandbox {

issue* find_issue(sandbox_context& context, api_caller const& caller, http::request const& request) {
    auto* const issue = context.state.issue_by(request.capture("issue"));
    if (!issue || !caller.can_access(issue->organization_id)) return nullptr;
    return caller.org && caller.org->id != issue->organization_id ? nullptr : issue;
}

api_caller authenticate_for_issue(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
) {
    auto const legacy = request.segments.size() > 2 && request.segments[2] == "issues";
    return legacy ? authenticate(context, request, any_of)
                  : authenticate_in_organization(context, request, any_of);
}

void write_release(json::writer& out, std::string_view name, std::string const& version, timestamp created) {
    out.name(name);
    if (version.empty()) {
        out.null();
        return;
    }
    out.begin_object()
        .field("version", version)
        .field("shortVersion", version)
        .field("dateCreated", created)
        .field("dateReleased", nullptr)
        .field("ref", nullptr)
        .field("url", nullptr)
        .end_object();
}

namespace {

/// By one of Sentry's names (`latest`, `oldest`, `recommended`) or by id.
stored_event const* find_event(issue const& issue, http::request const& request) {
    auto const name = request.capture("event");
    auto const environment = request.query_value("environment");
    auto const matches = [&](stored_event const& event) {
        return !environment || event.environment == *environment;
    };
    auto const& all = issue.events;
    if (name == "oldest") {
        auto const at = std::find_if(all.begin(), all.end(), matches);
        return at == all.end() ? nullptr : &*at;
    }
    if (name == "latest" || name == "recommended") {
        auto const at = std::find_if(all.rbegin(), all.rend(), matches);
        return at == all.rend() ? nullptr : &*at;
    }
    auto const at = std::find_if(all.begin(), all.end(), [&](stored_event const& e) { return e.id == name; });
    return at == all.end() ? nullptr : &*at;
}

void write_tags(json::writer& out, stored_event const& event) {
    auto const tag = [&](char const* key, std::string const& value) {
        if (!value.empty()) out.begin_object().field("key", key).field("value", value).end_object();
    };
    out.name("tags").begin_array();
    tag("environment", event.environment);
    tag("level", event.level);
    tag("release", event.release);
    out.end_array();
}

void write_entries(json::writer& out, issue const& issue) {
    if (issue.kind != issue_kind::error) {
        out.name("entries").begin_array().end_array();
        return;
    }
    out.name("entries").begin_array().begin_object().field("type", "exception").name("data").begin_object();
    out.name("values")
        .begin_array()
        .begin_object()
        .field("type", issue.exception_type())
        .field("value", issue.exception_value())
        .end_object()
        .end_array();
    out.end_object().end_object().end_array();
}

void write_adjacent_events(json::writer& out, issue const& issue, stored_event const& event) {
    auto const index = static_cast<std::size_t>(&event - issue.events.data());
    auto const id = [&](std::size_t i) {
        return i < issue.events.size() ? std::optional(issue.events[i].id) : std::nullopt;
    };
    out.field("previousEventID", index ? id(index - 1) : std::nullopt).field("nextEventID", id(index + 1));
}

void write_event(json::writer& out, sandbox_context& context, issue const& issue, stored_event const& event) {
    out.begin_object()
        .field("id", event.id)
        .field("groupID", issue.id)
        .field("eventID", event.id)
        .field("projectID", issue.project_id)
        .field("dist", nullptr)
        .field("message", event.message.empty() ? issue.title : event.message)
        .field("title", event_title(issue))
        .field("platform", context.state.project_of(issue).platform)
        .field("type", names_of(issue.kind).event_type)
        .name("metadata")
        .raw(metadata_object(issue))
        .name("occurrence")
        .raw(occurrence_object(issue, event.id, event.at));
    write_tags(out, event);
    out.field("dateCreated", event.at).field("dateReceived", event.at);
    write_entries(out, issue);
    write_release(out, "release", event.release, issue.first_seen);
    write_adjacent_events(out, issue, event);
    out.end_object();
}

http::response show_event(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_issue(context, request, event_read_scopes);
    if (caller.refusal) return *caller.refusal;
    auto const* const issue = find_issue(context, caller, request);
    if (!issue) return not_found();
    auto const* const event = find_event(*issue, request);
    if (!event) return detail_response(404, "Event not found");
    json::writer out;
    write_event(out, context, *issue, *event);
    return http::response::json(200, out.take());
}

/// Newest first.
http::response list_events(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_issue(context, request, event_read_scopes);
    if (caller.refusal) return *caller.refusal;
    auto const* const issue = find_issue(context, caller, request);
    if (!issue) return not_found();
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& page = std::get<page_request>(parsed);
    auto const total = issue->events.size();
    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < total && i < page.begin() + page.size; ++i)
        write_event(out, context, *issue, issue->events[total - 1 - i]);
    out.end_array();
    auto response = http::response::json(200, out.take());
    response.headers.set("Link", link_header(request, context.base_url, page, total));
    return response;
}

}  // namespace

void add_event_routes(route_table& table, sandbox_context& context) {
    for (std::string const issue :
         {"/api/0/organizations/{organization}/issues/{issue}/", "/api/0/issues/{issue}/"}) {
        table.add(http::method::get, issue + "events/", "issues", [&context](http::request& request) {
            return list_events(context, request);
        });
        table.add(http::method::get, issue + "events/{event}/", "issues", [&context](http::request& request) {
            return show_event(context, request);
        });
    }
}

}  // namespace tocsin::sandbox
