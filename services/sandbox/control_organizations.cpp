#include "control.hpp"

#include <utility>

/// The control API of organizations, projects, and applications.
namespace tocsin::sandbox {

namespace {

response_task create_organization(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    auto name = in.optional_text("name", short_text).value_or(slug);
    auto id = in.optional_text("id", id_text).value_or("");
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const created = context.state.add_organization(std::move(slug), std::move(name), std::move(id));
    if (!created) co_return control_problem(created.error());
    json::writer out;
    out.begin_object().field("id", (*created)->id).field("slug", (*created)->slug);
    co_return control_done(201, std::move(out));
}

response_task rename_organization(sandbox_context& context, http::request& request) {
    auto* const org = context.state.organization_by(request.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    auto name = in.optional_text("name", short_text).value_or(org->name);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    if (auto const renamed = context.state.rename(*org, std::move(slug)); !renamed)
        co_return control_problem(renamed.error());
    org->name = std::move(name);
    json::writer out;
    out.begin_object().field("id", org->id).field("slug", org->slug).field("name", org->name);
    co_return control_done(200, std::move(out));
}

response_task create_project(sandbox_context& context, http::request& request) {
    auto const* const org = context.state.organization_by(request.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    auto name = in.optional_text("name", short_text).value_or(slug);
    auto id = in.optional_text("id", id_text).value_or("");
    auto platform = in.optional_text("platform", short_text).value_or("python");
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const created =
        context.state.add_project(*org, std::move(slug), std::move(name), std::move(id), std::move(platform));
    if (!created) co_return control_problem(created.error());
    json::writer out;
    out.begin_object().field("id", (*created)->id).field("slug", (*created)->slug);
    co_return control_done(201, std::move(out));
}

response_task rename_project(sandbox_context& context, http::request& request) {
    auto const* const org = context.state.organization_by(request.capture("organization"));
    auto* const project = org ? context.state.project_by(*org, request.capture("project")) : nullptr;
    if (!project) co_return control_unknown("project");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    if (auto const renamed = context.state.rename(*project, std::move(slug)); !renamed)
        co_return control_problem(renamed.error());
    json::writer out;
    out.begin_object().field("id", project->id).field("slug", project->slug);
    co_return control_done(200, std::move(out));
}

response_task create_application(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    application draft;
    draft.slug = in.required_text("slug", short_text);
    draft.name = in.optional_text("name", short_text).value_or(draft.slug);
    draft.client_id = in.required_text("client_id", short_text);
    draft.client_secret = in.required_secret("client_secret", short_text);
    draft.redirect_url = in.optional_text("redirect_url", optional_long_text).value_or("");
    draft.webhook_url = in.optional_text("webhook_url", optional_long_text).value_or("");
    draft.scopes = context.state.main_application().scopes;
    draft.subscriptions = context.state.main_application().subscriptions;
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const created = context.state.add_application(std::move(draft));
    if (!created) co_return control_problem(created.error());
    json::writer out;
    out.begin_object().field("slug", (*created)->slug);
    co_return control_done(201, std::move(out));
}

}  // namespace

void add_control_organization_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, post, "/control/organizations", create_organization);
    add_control_route(
        table, context, post, "/control/organizations/{organization}/rename", rename_organization
    );
    add_control_route(table, context, post, "/control/organizations/{organization}/projects", create_project);
    add_control_route(
        table,
        context,
        post,
        "/control/organizations/{organization}/projects/{project}/rename",
        rename_project
    );
    add_control_route(table, context, post, "/control/applications", create_application);
}

}  // namespace tocsin::sandbox
