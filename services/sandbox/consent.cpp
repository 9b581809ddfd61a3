#include "consent_page.hpp"
#include "routes.hpp"
#include "url.hpp"

#include <tocsin/base/html.hpp>

#include <string>
#include <utility>

/// /sentry-apps/{slug}/external-install/: a person chooses an organization and installs the app there.
namespace tocsin::sandbox {

namespace {

std::string subscription_items(application const& app) {
    std::string resources;
    for (auto const& resource : app.subscriptions)
        resources += (resources.empty() ? "" : ", ") + html_escaped(resource);
    return resources.empty() ? resources : "<li><b>Webhooks</b> for " + resources + "</li>\n";
}

std::string organization_choices(sentry_state& state, application const& app) {
    std::string out;
    bool has_choice = false;
    for (auto const& org : state.organizations) {
        auto const is_installed = state.installation_of(app, org) != nullptr;
        auto const is_default = !is_installed && !has_choice;
        has_choice = has_choice || !is_installed;
        out += "<label class=\"choice\"><input type=\"radio\" name=\"organization\" value=\"" +
               html_escaped(org.slug) + "\"" + (is_default ? " checked" : "") + " required><span><b>" +
               html_escaped(org.name) + "</b><small>" + html_escaped(org.slug) +
               (is_installed ? " &middot; already installed" : "") + "</small></span></label>\n";
    }
    return out;
}

std::string consent_page(sentry_state& state, application const& app, std::string const& problem) {
    std::string content = "<h1>Install " + html_escaped(app.name) + "</h1>\n";
    if (!problem.empty())
        content += "<p class=\"problem\" role=\"alert\">" + html_escaped(problem) + "</p>\n";
    content +=
        "<form method=\"post\">\n<fieldset>\n<legend>Choose an organization</legend>\n" +
        organization_choices(state, app) + "</fieldset>\n<section>\n<h2>" + html_escaped(app.name) +
        " will get</h2>\n<ul>\n" + permission_items(app.scopes) + subscription_items(app) +
        "</ul>\n</section>\n<div class=\"actions\">\n"
        "<button type=\"submit\" name=\"action\" value=\"install\" class=\"primary\">Install</button>\n"
        "<button type=\"submit\" name=\"action\" value=\"cancel\" "
        "formnovalidate>Cancel</button>\n</div>\n</form>\n"
        "<p class=\"note\">This is a stand-in for Sentry. It does not connect to sentry.io.</p>\n";
    return consent_frame("Install " + app.name, content);
}

http::response app_not_found() {
    return page(
        404,
        consent_frame("Not found", "<h1>Not found</h1>\n<p>There is no integration with this name.</p>\n")
    );
}

http::response show_consent(sandbox_context& context, http::request const& request) {
    auto const* const app = context.state.application_by_slug(request.capture("slug"));
    return app && !app->internal ? page(200, consent_page(context.state, *app, {})) : app_not_found();
}

async::task<http::response> handle_consent(sandbox_context& context, http::request& request) {
    auto& state = context.state;
    auto const* const app = state.application_by_slug(request.capture("slug"));
    if (!app || app->internal) co_return app_not_found();
    auto const form = decode_form(request.body);
    if (form_value(form, "action") == "cancel")
        co_return closing_page("Not installed", "You can close this page.");
    auto const* const org = state.organization_by(form_value(form, "organization"));
    if (!org) co_return page(400, consent_page(state, *app, "Choose an organization."));
    auto const installation = state.install(*app, *org, std::nullopt);
    if (!installation) co_return page(409, consent_page(state, *app, installation.error().detail));

    auto const redirect_url = with_query(
        app->redirect_url,
        {{"installationId", (*installation)->id.str()},
         {"code", (*installation)->code},
         {"orgSlug", org->slug}}
    );
    auto const has_redirect = !app->redirect_url.empty();
    auto created = installation_webhook(state, **installation, "created", payloads::actor::user);
    using enum behavior_settings::announcement;
    if (state.behavior.installation_created == before_redirect) {
        co_await context.webhooks.send_all(std::move(created));
    } else if (state.behavior.installation_created == after_redirect) {
        context.webhooks.post(std::move(created));
    }
    if (!has_redirect) co_return closing_page("Installed", "This integration has no redirect URL.");
    co_return redirect(redirect_url);
}

}  // namespace

void add_consent_routes(route_table& table, sandbox_context& context) {
    constexpr char const* pattern = "/sentry-apps/{slug}/external-install/";
    table.add(http::method::get, pattern, "consent", [&context](http::request& request) {
        return show_consent(context, request);
    });
    table.add_async(http::method::post, pattern, "consent", [&context](http::request& request) {
        return handle_consent(context, request);
    });
}

}  // namespace tocsin::sandbox
