#include "access.hpp"
#include "paging.hpp"

#include <tocsin/base/text.hpp>

#include <string>
#include <vector>

/// /api/0/organizations/...: organizations, their projects and installations; and the user's regions.
namespace tocsin::sandbox {

namespace {

std::string region_url(core const& shared) {
    return shared.world.set.region_url.value_or(shared.base_url);
}

void write_organization(json::writer& out, organization const& what, core const& shared) {
    out.begin_object()
        .name("avatar")
        .begin_object()
        .field("avatarType", "letter_avatar")
        .field("avatarUuid", nullptr)
        .end_object()
        .field("dateCreated", what.created)
        .name("features")
        .begin_array()
        .end_array()
        .field("hasAuthProvider", false)
        .field("id", what.id)
        .field("isEarlyAdopter", false)
        .name("links")
        .begin_object()
        .field("organizationUrl", shared.base_url)
        .field("regionUrl", region_url(shared))
        .end_object()
        .field("name", what.name)
        .field("require2FA", false)
        .field("slug", what.slug)
        .name("status")
        .begin_object()
        .field("id", "active")
        .field("name", "active")
        .end_object()
        .end_object();
}

void write_team(json::writer& out, organization const& of) {
    out.begin_object().field("id", "2").field("name", of.name).field("slug", of.slug).end_object();
}

void write_project(json::writer& out, project const& what, organization const& of) {
    out.begin_object()
        .field("slug", what.slug)
        .field("name", what.name)
        .field("dateCreated", what.created)
        .field("firstEvent", nullptr)
        .name("access")
        .begin_array()
        .end_array()
        .field("hasAccess", true)
        .field("id", what.id)
        .field("isBookmarked", false)
        .field("isMember", true)
        .field("platform", what.platform)
        .field("platforms", what.platform.empty() ? std::vector<std::string>{} : std::vector{what.platform})
        .name("team");
    write_team(out, of);
    out.name("teams").begin_array();
    write_team(out, of);
    out.end_array()
        .field("environments", std::vector<std::string>{"production", "staging"})
        .field("features", std::vector<std::string>{"releases"})
        .field("latestRelease", nullptr)
        .end_object();
}

http::response with_links(
    http::response out,
    http::request const& about,
    core const& shared,
    page_request const& shown,
    std::size_t total
) {
    out.headers.set("Link", link_header(about, shared.base_url, shown, total));
    return out;
}

/// An installation token sees the organization that it is for, a user's token the user's.
http::response list_organizations(core& shared, http::request const& about) {
    auto const who = authenticate(shared, about, {"org:read", "org:write", "org:admin"});
    if (who.refusal) return *who.refusal;
    auto const part = read_page(about);
    if (auto const* const bad = std::get_if<http::response>(&part)) return *bad;
    auto const& shown = std::get<page_request>(part);
    json::writer out;
    out.begin_array();
    for (auto i = shown.begin(); i < who.sees.size() && i < shown.begin() + shown.size; ++i)
        write_organization(out, *who.sees[i], shared);
    out.end_array();
    return with_links(http::response::json(200, out.take()), about, shared, shown, who.sees.size());
}

http::response show_organization(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(shared, about, {"org:read", "org:write", "org:admin"});
    if (who.refusal) return *who.refusal;
    json::writer out;
    write_organization(out, *who.org, shared);
    return http::response::json(200, out.take());
}

http::response list_projects(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(
        shared,
        about,
        {"org:read", "org:write", "org:admin", "project:read", "project:write", "project:admin"}
    );
    if (who.refusal) return *who.refusal;
    auto const part = read_page(about);
    if (auto const* const bad = std::get_if<http::response>(&part)) return *bad;
    auto const& shown = std::get<page_request>(part);

    auto const query = to_lower(about.query_value("query").value_or(""));
    std::vector<project const*> all;
    for (auto const& each : shared.world.projects) {
        if (each.organization_id != who.org->id) continue;
        if (to_lower(each.slug + " " + each.name).find(query) != std::string::npos) all.push_back(&each);
    }
    json::writer out;
    out.begin_array();
    for (auto i = shown.begin(); i < all.size() && i < shown.begin() + shown.size; ++i)
        write_project(out, *all[i], *who.org);
    out.end_array();
    return with_links(http::response::json(200, out.take()), about, shared, shown, all.size());
}

/// A renamed project's old address leads on, for callers who may see the project.
http::response moved(project const& to, http::request const& about) {
    auto const old = "/" + std::string(about.capture("project")) + "/";
    auto url = about.target;
    if (auto const at = url.rfind(old); at != std::string::npos)
        url.replace(at, old.size(), "/" + to.slug + "/");
    json::writer out;
    out.begin_object()
        .field("slug", to.slug)
        .name("detail")
        .begin_object()
        .field("code", "resource-moved")
        .field("message", "Resource has been moved")
        .name("extra")
        .begin_object()
        .field("url", url)
        .field("slug", to.slug)
        .end_object()
        .end_object()
        .end_object();
    auto answer = http::response::json(302, out.take());
    answer.headers.set("Location", url);
    return answer;
}

/// /api/0/projects/{organization}/{project}/, of which only the project itself is here.
http::response show_project(core& shared, http::request const& about) {
    auto const who =
        authenticate_in_organization(shared, about, {"project:read", "project:write", "project:admin"});
    if (who.refusal) return *who.refusal;
    auto const named = about.capture("project");
    auto const* const found = shared.world.project_by(*who.org, named);
    if (!found) {
        auto const* const old = shared.world.project_by_former_slug(*who.org, named);
        return old ? moved(*old, about) : not_found();
    }
    if (!about.capture("rest").empty()) return not_found();
    json::writer out;
    write_project(out, *found, *who.org);
    return http::response::json(200, out.take());
}

/// For users only: a Sentry with several regions has the organizations of each at its own address.
http::response list_regions(core& shared, http::request const& about) {
    auto const who = authenticate(shared, about, {});
    if (who.refusal) return *who.refusal;
    if (who.by) return not_allowed();
    json::writer out;
    out.begin_object().name("regions").begin_array();
    out.begin_object().field("name", "us").field("url", region_url(shared)).end_object();
    out.end_array().end_object();
    return http::response::json(200, out.take());
}

http::response list_installations(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(
        shared, about, {"org:read", "org:integrations", "org:write", "org:admin"}
    );
    if (who.refusal) return *who.refusal;
    auto const part = read_page(about);
    if (auto const* const bad = std::get_if<http::response>(&part)) return *bad;
    json::writer out;
    out.begin_array();
    for (auto const& each : shared.world.installations)
        if (each.organization_id == who.org->id)
            out.raw(payloads::installation_object(each, shared.world.application_of(each), *who.org, false));
    out.end_array();
    return with_links(http::response::json(200, out.take()), about, shared, std::get<page_request>(part), 1);
}

}  // namespace

void add_api_routes(route_table& to, core& shared) {
    auto const get = [&](char const* pattern,
                         std::string_view area,
                         http::response (*answer)(core&, http::request const&)) {
        to.add(http::method::get, pattern, area, [&shared, answer](http::request& about) {
            return answer(shared, about);
        });
    };
    get("/api/0/organizations/", "organizations", list_organizations);
    get("/api/0/organizations/{organization}/", "organization", show_organization);
    get("/api/0/organizations/{organization}/projects/", "projects", list_projects);
    get("/api/0/projects/{organization}/{project}/{rest...}", "project", show_project);
    get("/api/0/users/me/regions/", "regions", list_regions);
    get("/api/0/organizations/{organization}/sentry-app-installations/", "installations", list_installations);
}

}  // namespace tocsin::sandbox
