#include "control.hpp"

#include <algorithm>
#include <string>
#include <utility>

/// The control API of internal integrations, which a person manages in Sentry's settings.
namespace tocsin::sandbox {

namespace {

/// The values that a person copies from Sentry's page.
void write_integration(json::writer& out, sentry_state& state, installation const& installation) {
    auto const& app = state.application_of(installation);
    out.field("uuid", installation.id.str())
        .field("organization", state.organization_of(installation).slug)
        .field("slug", app.slug)
        .field("name", app.name)
        .field("client_id", app.client_id)
        .field("client_secret", app.client_secret.reveal())
        .field("webhook_url", app.webhook_url);
    if (installation.permanent_token.empty()) {
        out.field("token", nullptr);
    } else {
        out.field("token", installation.permanent_token);
    }
}

application read_integration(json::reader& in, application const& defaults) {
    application out;
    out.name = in.optional_text("name", short_text).value_or("Internal integration");
    out.slug = in.optional_text("slug", short_text).value_or("internal-" + random_hex(3));
    out.client_id = random_hex(32);
    out.client_secret = secret(in.optional_text("client_secret", short_text).value_or(random_hex(32)));
    out.webhook_url = in.optional_text("webhook_url", optional_long_text).value_or("");
    out.scopes = in.optional_texts("scopes", 50, short_text).value_or(defaults.scopes);
    std::sort(out.scopes.begin(), out.scopes.end());
    out.subscriptions = in.optional_texts("subscriptions", 50, short_text).value_or(defaults.subscriptions);
    return out;
}

response_task create_integration(sandbox_context& context, http::request& request) {
    auto& state = context.state;
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.required_text("organization", short_text);
    auto token = in.optional_text("token", short_text).value_or(random_hex(32));
    auto draft = read_integration(in, state.main_application());
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const* const org = state.organization_by(slug);
    if (!org) co_return control_unknown("organization");
    auto const created = state.add_internal_integration(std::move(draft), *org, std::move(token));
    if (!created) co_return control_problem(created.error());
    json::writer out;
    write_integration(out.begin_object(), state, **created);
    co_return control_done(201, std::move(out));
}

installation* integration_of_path(sandbox_context& context, http::request const& request) {
    auto* const installation = installation_of_path(context, request);
    return installation && context.state.application_of(*installation).internal ? installation : nullptr;
}

response_task show_integration(sandbox_context& context, http::request& request) {
    auto const* const integration = integration_of_path(context, request);
    if (!integration) co_return control_unknown("internal integration");
    json::writer out;
    write_integration(out.begin_object(), context.state, *integration);
    co_return control_done(200, std::move(out));
}

/// As on Sentry's page, where a person deletes the token and creates a new one.
response_task create_token(sandbox_context& context, http::request& request) {
    auto* const integration = integration_of_path(context, request);
    if (!integration) co_return control_unknown("internal integration");
    integration->permanent_token = random_hex(32);
    json::writer out;
    write_integration(out.begin_object(), context.state, *integration);
    co_return control_done(201, std::move(out));
}

}  // namespace

void add_control_internal_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, post, "/control/internal-integrations", create_integration);
    add_control_route(table, context, get, "/control/internal-integrations/{uuid}", show_integration);
    add_control_route(table, context, post, "/control/internal-integrations/{uuid}/token", create_token);
}

}  // namespace tocsin::sandbox
