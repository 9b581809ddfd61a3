#include "control.hpp"

#include <algorithm>
#include <string>
#include <utility>

/// The part of the control API that makes internal integrations: what a person does on Sentry's settings
/// page.
namespace tocsin::sandbox {

namespace {

using answer = async::task<http::response>;

constexpr json::length word{1, 200};
constexpr json::length url{0, 2'000};

/// What a person copies from Sentry's page.
void write_integration(json::writer& out, state& world, installation const& what) {
    auto const& app = world.application_of(what);
    out.field("uuid", what.id.str())
        .field("organization", world.organization_of(what).slug)
        .field("slug", app.slug)
        .field("name", app.name)
        .field("client_id", app.client_id)
        .field("client_secret", app.client_secret.reveal())
        .field("webhook_url", app.webhook_url);
    if (what.lasting_token.empty()) {
        out.field("token", nullptr);
    } else {
        out.field("token", what.lasting_token);
    }
}

application read_integration(json::reader& in, application const& usual) {
    application out;
    out.name = in.optional_text("name", word).value_or("Internal integration");
    out.slug = in.optional_text("slug", word).value_or("internal-" + random_hex(3));
    out.client_id = random_hex(32);
    out.client_secret = secret(in.optional_text("client_secret", word).value_or(random_hex(32)));
    out.webhook_url = in.optional_text("webhook_url", url).value_or("");
    out.scopes = in.optional_texts("scopes", 50, word).value_or(usual.scopes);
    std::sort(out.scopes.begin(), out.scopes.end());
    out.subscriptions = in.optional_texts("subscriptions", 50, word).value_or(usual.subscriptions);
    return out;
}

answer create_integration(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.required_text("organization", word);
    auto token = in.optional_text("token", word).value_or(random_hex(32));
    auto draft = read_integration(in, world.main_application());
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const* const org = world.organization_by(slug);
    if (!org) co_return control_unknown("organization");
    auto const made = world.add_internal_integration(std::move(draft), *org, std::move(token));
    if (!made) co_return control_problem(made.error());
    json::writer out;
    write_integration(out.begin_object(), world, **made);
    co_return control_done(201, std::move(out));
}

installation* named_integration(core& shared, http::request const& about) {
    auto const id = uuid::parse(about.capture("uuid"));
    auto* const found = id ? shared.world.installation_by(*id) : nullptr;
    return found && shared.world.application_of(*found).internal ? found : nullptr;
}

answer show_integration(core& shared, http::request& about) {
    auto const* const what = named_integration(shared, about);
    if (!what) co_return control_unknown("internal integration");
    json::writer out;
    write_integration(out.begin_object(), shared.world, *what);
    co_return control_done(200, std::move(out));
}

/// As on Sentry's page, where a new token is made after the old one was deleted.
answer create_token(core& shared, http::request& about) {
    auto* const what = named_integration(shared, about);
    if (!what) co_return control_unknown("internal integration");
    what->lasting_token = random_hex(32);
    json::writer out;
    write_integration(out.begin_object(), shared.world, *what);
    co_return control_done(201, std::move(out));
}

}  // namespace

void add_control_internal_routes(route_table& to, core& shared) {
    using enum http::method;
    add_control(to, shared, post, "/control/internal-integrations", create_integration);
    add_control(to, shared, get, "/control/internal-integrations/{uuid}", show_integration);
    add_control(to, shared, post, "/control/internal-integrations/{uuid}/token", create_token);
}

}  // namespace tocsin::sandbox
