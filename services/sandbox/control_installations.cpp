#include "control.hpp"

#include <optional>
#include <utility>

/// The control API of installations and their tokens.
namespace tocsin::sandbox {

namespace {

/// An optional UUID; an invalid one is a problem.
std::optional<uuid> read_uuid(json::reader& in, char const* name) {
    auto const text = in.optional_text(name, {1, 36});
    auto const id = text ? uuid::parse(*text) : std::nullopt;
    if (text && !id) in.reject(name, "must be a UUID");
    return id;
}

response_task create_installation(sandbox_context& context, http::request& request) {
    auto& state = context.state;
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.required_text("organization", short_text);
    auto const id = read_uuid(in, "uuid");
    auto const app_slug = in.optional_text("app", short_text).value_or(state.main_application().slug);
    auto const status = in.optional_word("status", {"pending", "installed"});
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const* const org = state.organization_by(slug);
    if (!org) co_return control_unknown("organization");
    auto const* const app = state.application_by_slug(app_slug);
    if (!app || app->internal) co_return control_unknown("application");
    auto const created = state.install(*app, *org, id);
    if (!created) co_return control_problem(created.error());
    auto& installation = **created;
    if (status)
        installation.status =
            *status == "installed" ? installation_status::installed : installation_status::pending;

    json::writer out;
    out.begin_object()
        .field("uuid", installation.id.str())
        .field("code", installation.code)
        .field("status", to_string(installation.status))
        .field("organization", org->slug);
    std::vector<webhook_attempt> sent;
    if (state.behavior.installation_created != behavior_settings::announcement::never)
        sent = co_await context.webhooks.send_all(
            installation_webhook(state, installation, "created", payloads::actor::user)
        );
    co_return control_done(201, std::move(out), sent);
}

response_task resend_created(sandbox_context& context, http::request& request) {
    auto const* const installation = installation_of_path(context, request);
    if (!installation) co_return control_unknown("installation");
    auto const sent = co_await context.webhooks.send_all(
        installation_webhook(context.state, *installation, "created", payloads::actor::user)
    );
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

response_task delete_installation(sandbox_context& context, http::request& request) {
    auto const* const installation = installation_of_path(context, request);
    if (!installation) co_return control_unknown("installation");
    auto const sent = co_await uninstall_installation(context, installation->id, payloads::actor::user);
    if (!sent) co_return control_problem(sent.error());
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), *sent);
}

/// Invalidates the token but keeps the installation, as a refresh by another client does. The token of an
/// internal integration is deleted.
response_task delete_token(sandbox_context& context, http::request& request) {
    auto* const installation = installation_of_path(context, request);
    if (!installation) co_return control_unknown("installation");
    if (installation->token) context.state.replace_token(*installation);
    installation->permanent_token.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

response_task set_next_installation(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const id = read_uuid(in, "uuid");
    if (!id) in.reject("uuid", "is required");
    if (auto problem = in.problems()) co_return control_problem(*problem);
    context.state.behavior.next_installation = id;
    json::writer out;
    out.begin_object().field("uuid", id->str());
    co_return control_done(200, std::move(out));
}

}  // namespace

void add_control_installation_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, post, "/control/installations", create_installation);
    add_control_route(table, context, post, "/control/installations/{uuid}/created", resend_created);
    add_control_route(table, context, delete_, "/control/installations/{uuid}", delete_installation);
    add_control_route(table, context, delete_, "/control/installations/{uuid}/token", delete_token);
    add_control_route(table, context, post, "/control/next-installation", set_next_installation);
}

}  // namespace tocsin::sandbox
