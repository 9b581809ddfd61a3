#include "authentication.hpp"
#include "paging.hpp"
#include "routes.hpp"

#include <tocsin/base/text.hpp>

#include <string>
#include <vector>

/// /api/0/organizations/...: organizations, their projects and installations; and the user's regions.
namespace tocsin::sandbox {

namespace {

std::string region_url(sandbox_context const& context) {
    return context.state.behavior.region_url.value_or(context.base_url);
}

void write_organization(json::writer& out, organization const& org, sandbox_context const& context) {
    out.begin_object()
        .name("avatar")
        .begin_object()
        .field("avatarType", "letter_avatar")
        .field("avatarUuid", nullptr)
        .end_object()
        .field("dateCreated", org.created)
        .name("features")
        .begin_array()
        .end_array()
        .field("hasAuthProvider", false)
        .field("id", org.id)
        .field("isEarlyAdopter", false)
        .name("links")
        .begin_object()
        .field("organizationUrl", context.base_url)
        .field("regionUrl", region_url(context))
        .end_object()
        .field("name", org.name)
        .field("require2FA", false)
        .field("slug", org.slug)
        .name("status")
        .begin_object()
        .field("id", "active")
        .field("name", "active")
        .end_object()
        .end_object();
}

void write_team(json::writer& out, organization const& org) {
    out.begin_object().field("id", "2").field("name", org.name).field("slug", org.slug).end_object();
}

void write_project(json::writer& out, project const& project, organization const& org) {
    out.begin_object()
        .field("slug", project.slug)
        .field("name", project.name)
        .field("dateCreated", project.created)
        .field("firstEvent", nullptr)
        .name("access")
        .begin_array()
        .end_array()
        .field("hasAccess", true)
        .field("id", project.id)
        .field("isBookmarked", false)
        .field("isMember", true)
        .field("platform", project.platform)
        .field(
            "platforms", project.platform.empty() ? std::vector<std::string>{} : std::vector{project.platform}
        )
        .name("team");
    write_team(out, org);
    out.name("teams").begin_array();
    write_team(out, org);
    out.end_array()
        .field("environments", std::vector<std::string>{"production", "staging"})
        .field("features", std::vector<std::string>{"releases"})
        .field("latestRelease", nullptr)
        .end_object();
}

http::response with_links(
    http::response out,
    http::request const& request,
    sandbox_context const& context,
    page_request const& page,
    std::size_t total
) {
    out.headers.set("Link", link_header(request, context.base_url, page, total));
    return out;
}

/// An installation's token has access to its organization, a user's token to the user's organizations.
http::response list_organizations(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate(context, request, {"org:read", "org:write", "org:admin"});
    if (caller.refusal) return *caller.refusal;
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& page = std::get<page_request>(parsed);
    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < caller.organizations.size() && i < page.begin() + page.size; ++i)
        write_organization(out, *caller.organizations[i], context);
    out.end_array();
    return with_links(
        http::response::json(200, out.take()), request, context, page, caller.organizations.size()
    );
}

http::response show_organization(sandbox_context& context, http::request const& request) {
    auto const caller =
        authenticate_in_organization(context, request, {"org:read", "org:write", "org:admin"});
    if (caller.refusal) return *caller.refusal;
    json::writer out;
    write_organization(out, *caller.org, context);
    return http::response::json(200, out.take());
}

http::response list_projects(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_in_organization(
        context,
        request,
        {"org:read", "org:write", "org:admin", "project:read", "project:write", "project:admin"}
    );
    if (caller.refusal) return *caller.refusal;
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& page = std::get<page_request>(parsed);

    auto const query = to_lower(request.query_value("query").value_or(""));
    std::vector<project const*> all;
    for (auto const& candidate : context.state.projects) {
        if (candidate.organization_id != caller.org->id) continue;
        if (to_lower(candidate.slug + " " + candidate.name).find(query) != std::string::npos)
            all.push_back(&candidate);
    }
    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < all.size() && i < page.begin() + page.size; ++i)
        write_project(out, *all[i], *caller.org);
    out.end_array();
    return with_links(http::response::json(200, out.take()), request, context, page, all.size());
}

/// Redirects from a renamed project's former slug.
http::response moved(project const& project, http::request const& request) {
    auto const former = "/" + std::string(request.capture("project")) + "/";
    auto url = request.target;
    if (auto const at = url.rfind(former); at != std::string::npos)
        url.replace(at, former.size(), "/" + project.slug + "/");
    json::writer out;
    out.begin_object()
        .field("slug", project.slug)
        .name("detail")
        .begin_object()
        .field("code", "resource-moved")
        .field("message", "Resource has been moved")
        .name("extra")
        .begin_object()
        .field("url", url)
        .field("slug", project.slug)
        .end_object()
        .end_object()
        .end_object();
    auto response = http::response::json(302, out.take());
    response.headers.set("Location", url);
    return response;
}

/// /api/0/projects/{organization}/{project}/. The sandbox has no resources below a project.
http::response show_project(sandbox_context& context, http::request const& request) {
    auto const caller =
        authenticate_in_organization(context, request, {"project:read", "project:write", "project:admin"});
    if (caller.refusal) return *caller.refusal;
    auto const name = request.capture("project");
    auto const* const project = context.state.project_by(*caller.org, name);
    if (!project) {
        auto const* const renamed = context.state.project_by_former_slug(*caller.org, name);
        return renamed ? moved(*renamed, request) : not_found();
    }
    if (!request.capture("rest").empty()) return not_found();
    json::writer out;
    write_project(out, *project, *caller.org);
    return http::response::json(200, out.take());
}

/// For users only. In a Sentry with several regions, each region has its own URL.
http::response list_regions(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate(context, request, {});
    if (caller.refusal) return *caller.refusal;
    if (caller.installation) return forbidden();
    json::writer out;
    out.begin_object().name("regions").begin_array();
    out.begin_object().field("name", "us").field("url", region_url(context)).end_object();
    out.end_array().end_object();
    return http::response::json(200, out.take());
}

http::response list_installations(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_in_organization(
        context, request, {"org:read", "org:integrations", "org:write", "org:admin"}
    );
    if (caller.refusal) return *caller.refusal;
    auto const parsed = read_page(request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    json::writer out;
    out.begin_array();
    for (auto const& item : context.state.installations)
        if (item.organization_id == caller.org->id)
            out.raw(payloads::installation_object(
                item, context.state.application_of(item), *caller.org, payloads::code_member::absent
            ));
    out.end_array();
    return with_links(
        http::response::json(200, out.take()), request, context, std::get<page_request>(parsed), 1
    );
}

}  // namespace

void add_organization_routes(route_table& table, sandbox_context& context) {
    auto const get = [&](char const* pattern,
                         std::string_view area,
                         http::response (*handle)(sandbox_context&, http::request const&)) {
        table.add(http::method::get, pattern, area, [&context, handle](http::request& request) {
            return handle(context, request);
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
