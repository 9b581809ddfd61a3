#include "access.hpp"
#include "paging.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The releases of Sentry's REST API: those that events were of.
namespace tocsin::sandbox {

namespace {

constexpr std::initializer_list<std::string_view> may_read{
    "project:read", "project:write", "project:admin", "project:releases", "org:ci"
};

struct release {
    std::string version;
    timestamp first;
    timestamp last;
    std::set<std::string> projects;  ///< ids
    std::int64_t new_issues = 0;
};

/// The newest first.
std::vector<release> releases_of(state const& world, organization const& within) {
    std::map<std::string, release> found;
    for (auto const& each : world.issues) {
        if (each.organization_id != within.id) continue;
        for (auto const& event : each.events) {
            if (event.release.empty()) continue;
            auto const [at, is_new] = found.try_emplace(event.release);
            auto& one = at->second;
            one.version = event.release;
            one.first = is_new ? event.at : std::min(one.first, event.at);
            one.last = is_new ? event.at : std::max(one.last, event.at);
            one.projects.insert(each.project_id);
        }
        if (auto const& first = each.events.front().release; !first.empty()) ++found[first].new_issues;
    }
    std::vector<release> out;
    for (auto& [version, one] : found) out.push_back(std::move(one));
    std::stable_sort(out.begin(), out.end(), [](release const& a, release const& b) {
        return a.first > b.first;
    });
    return out;
}

void write(json::writer& out, state const& world, release const& what) {
    out.begin_object()
        .field("version", what.version)
        .field("shortVersion", what.version)
        .field("versionInfo", nullptr)
        .field("status", "open")
        .field("ref", nullptr)
        .field("url", nullptr)
        .field("dateCreated", what.first)
        .field("dateReleased", nullptr)
        .field("firstEvent", what.first)
        .field("lastEvent", what.last)
        .field("newGroups", what.new_issues)
        .field("commitCount", 0)
        .field("lastCommit", nullptr)
        .field("deployCount", 0)
        .field("lastDeploy", nullptr)
        .field("authors", std::vector<std::string>{})
        .name("projects")
        .begin_array();
    for (auto const& in : world.projects) {
        if (!what.projects.contains(in.id)) continue;
        out.begin_object()
            .field("id", in.id)
            .field("slug", in.slug)
            .field("name", in.name)
            .field("platform", in.platform)
            .end_object();
    }
    out.end_array().end_object();
}

bool is_wanted(http::request const& about, release const& what) {
    auto const query = to_lower(about.query_value("query").value_or(""));
    if (to_lower(what.version).find(query) == std::string::npos) return false;
    bool any = false;
    for (auto const& [name, value] : about.query) {
        if (name != "project" || value == "-1") continue;
        if (what.projects.contains(value)) return true;
        any = true;
    }
    return !any;
}

http::response list(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(shared, about, may_read);
    if (who.refusal) return *who.refusal;
    auto const part = read_page(about);
    if (auto const* const bad = std::get_if<http::response>(&part)) return *bad;
    auto const& page = std::get<page_request>(part);
    auto all = releases_of(shared.world, *who.org);
    std::erase_if(all, [&](release const& each) { return !is_wanted(about, each); });
    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < all.size() && i < page.begin() + page.size; ++i)
        write(out, shared.world, all[i]);
    out.end_array();
    auto answer = http::response::json(200, out.take());
    answer.headers.set("Link", link_header(about, shared.base_url, page, all.size()));
    return answer;
}

http::response show(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(shared, about, may_read);
    if (who.refusal) return *who.refusal;
    for (auto const& each : releases_of(shared.world, *who.org)) {
        if (each.version != about.capture("version")) continue;
        json::writer out;
        write(out, shared.world, each);
        return http::response::json(200, out.take());
    }
    return not_found();
}

}  // namespace

void add_release_routes(route_table& to, core& shared) {
    to.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/",
        "releases",
        [&shared](http::request& about) { return list(shared, about); }
    );
    to.add(
        http::method::get,
        "/api/0/organizations/{organization}/releases/{version}/",
        "releases",
        [&shared](http::request& about) { return show(shared, about); }
    );
}

}  // namespace tocsin::sandbox
