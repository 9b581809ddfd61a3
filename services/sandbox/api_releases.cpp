#include "authentication.hpp"
#include "paging.hpp"
#include "routes.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The releases of Sentry's REST API, collected from the events.
namespace tocsin::sandbox {

namespace {

constexpr std::initializer_list<std::string_view> read_scopes{
    "project:read", "project:write", "project:admin", "project:releases", "org:ci"
};

struct release {
    std::string version;
    timestamp first;
    timestamp last;
    std::set<std::string> project_ids;
    std::int64_t new_issues = 0;
};

/// Newest first.
std::vector<release> releases_of(sentry_state const& state, organization const& org) {
    std::map<std::string, release> by_version;
    for (auto const& issue : state.issues) {
        if (issue.organization_id != org.id) continue;
        for (auto const& event : issue.events) {
            if (event.release.empty()) continue;
            auto const [position, is_new] = by_version.try_emplace(event.release);
            auto& entry = position->second;
            entry.version = event.release;
            entry.first = is_new ? event.at : std::min(entry.first, event.at);
            entry.last = is_new ? event.at : std::max(entry.last, event.at);
            entry.project_ids.insert(issue.project_id);
        }
        if (auto const& first = issue.events.front().release; !first.empty()) ++by_version[first].new_issues;
    }
    std::vector<release> out;
    for (auto& [version, entry] : by_version) out.push_back(std::move(entry));
    std::stable_sort(out.begin(), out.end(), [](release const& a, release const& b) {
        return a.first > b.first;
    });
    return out;
}

void write_release(json::writer& out, sentry_state const& state, release const& release) {
    out.begin_object()
        .field("version", release.version)
        .field("shortVersion", release.version)
        .field("versionInfo", nullptr)
        .field("status", "open")
        .field("ref", nullptr)
        .field("url", nullptr)
        .field("dateCreated", release.first)
        .field("dateReleased", nullptr)
        .field("firstEvent", release.first)
        .field("lastEvent", release.last)
        .field("newGroups", release.new_issues)
        .field("commitCount", 1)
        .field("lastCommit", nullptr)
        .field("deployCount", 1)
        .field("lastDeploy", nullptr)
        .field("authors", std::vector<std::string>{})
        .name("projects")
        .begin_array();
    for (auto const& project : state.projects) {
        if (!release.project_ids.contains(project.id)) continue;
        write_project_summary(out, project);
    }
    out.end_array().end_object();
}

bool matches(http::request const& request, release const& release) {
    auto const query = to_lower(request.query_value("query").value_or(""));
    if (to_lower(release.version).find(query) == std::string::npos) return false;
    bool has_filter = false;
    for (auto const& [name, value] : request.query) {
        if (name != "project" || value == "-1") continue;
        if (release.project_ids.contains(value)) return true;
        has_filter = true;
    }
    return !has_filter;
}

http::response list_releases(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_in_organization(context, request, read_scopes);
    if (caller.refusal) return *caller.refusal;
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& page = std::get<page_request>(parsed);
    auto all = releases_of(context.state, *caller.org);
    std::erase_if(all, [&](release const& release) { return !matches(request, release); });
    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < all.size() && i < page.begin() + page.size; ++i)
        write_release(out, context.state, all[i]);
    out.end_array();
    auto response = http::response::json(200, out.take());
    response.headers.set("Link", link_header(request, context.base_url, page, all.size()));
    return response;
}

/// Responds with what `write` makes of the release in the path.
template <class Write>
http::response show_one(sandbox_context& context, http::request const& request, Write write) {
    auto const caller = authenticate_in_organization(context, request, read_scopes);
    if (caller.refusal) return *caller.refusal;
    for (auto const& release : releases_of(context.state, *caller.org)) {
        if (release.version != request.capture("version")) continue;
        json::writer out;
        write(out, release);
        return http::response::json(200, out.take());
    }
    return not_found();
}

http::response show_release(sandbox_context& context, http::request const& request) {
    return show_one(context, request, [&](json::writer& out, release const& found) {
        write_release(out, context.state, found);
    });
}

/// Every release was deployed once, and has one commit.
http::response list_deploys(sandbox_context& context, http::request const& request) {
    return show_one(context, request, [](json::writer& out, release const& found) {
        out.begin_array()
            .begin_object()
            .field("id", "1")
            .field("environment", "production")
            .field("name", "Deploy of " + found.version)
            .field("url", nullptr)
            .field("dateStarted", nullptr)
            .field("dateFinished", found.first)
            .end_object()
            .end_array();
    });
}

http::response list_commits(sandbox_context& context, http::request const& request) {
    return show_one(context, request, [](json::writer& out, release const& found) {
        out.begin_array()
            .begin_object()
            .field("id", std::string(40, 'c'))
            .field("message", "Prepare " + found.version)
            .field("dateCreated", found.first)
            .field("pullRequest", nullptr)
            .field("suspectCommitType", "")
            .end_object()
            .end_array();
    });
}

}  // namespace

void add_release_routes(route_table& table, sandbox_context& context) {
    table.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/",
        "releases",
        [&context](http::request& request) { return list_releases(context, request); }
    );
    table.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/{version}/",
        "releases",
        [&context](http::request& request) { return show_release(context, request); }
    );
    table.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/{version}/deploys/",
        "releases",
        [&context](http::request& request) { return list_deploys(context, request); }
    );
    table.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/{version}/commits/",
        "releases",
        [&context](http::request& request) { return list_commits(context, request); }
    );
}

}  // namespace tocsin::sandbox
