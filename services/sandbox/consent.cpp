#include "consent_page.hpp"
#include "core.hpp"
#include "url.hpp"

#include <string>
#include <utility>

/// /sentry-apps/{slug}/external-install/: where a person picks the organization and installs the app on it.
namespace tocsin::sandbox {

namespace {

std::string subscriptions(application const& app) {
    std::string events;
    for (auto const& each : app.subscriptions) events += (events.empty() ? "" : ", ") + html_escaped(each);
    return events.empty() ? events : "<li><b>Webhooks</b> for " + events + "</li>\n";
}

std::string choices(state& world, application const& app) {
    std::string out;
    bool chosen = false;
    for (auto const& each : world.organizations) {
        auto const taken = world.installation_of(app, each) != nullptr;
        auto const first = !taken && !chosen;
        chosen = chosen || !taken;
        out += "<label class=\"choice\"><input type=\"radio\" name=\"organization\" value=\"" +
               html_escaped(each.slug) + "\"" + (first ? " checked" : "") + " required><span><b>" +
               html_escaped(each.name) + "</b><small>" + html_escaped(each.slug) +
               (taken ? " &middot; already installed" : "") + "</small></span></label>\n";
    }
    return out;
}

std::string consent_page(state& world, application const& app, std::string const& trouble) {
    std::string content = "<h1>Install " + html_escaped(app.name) + "</h1>\n";
    if (!trouble.empty())
        content += "<p class=\"trouble\" role=\"alert\">" + html_escaped(trouble) + "</p>\n";
    content +=
        "<form method=\"post\">\n<fieldset>\n<legend>On which organization?</legend>\n" +
        choices(world, app) + "</fieldset>\n<section>\n<h2>" + html_escaped(app.name) +
        " will have</h2>\n<ul>\n" + permission_items(app.scopes) + subscriptions(app) +
        "</ul>\n</section>\n<div class=\"actions\">\n"
        "<button type=\"submit\" name=\"action\" value=\"install\" class=\"primary\">Install</button>\n"
        "<button type=\"submit\" name=\"action\" value=\"cancel\" "
        "formnovalidate>Cancel</button>\n</div>\n</form>\n"
        "<p class=\"note\">A stand-in for Sentry: nothing here reaches sentry.io.</p>\n";
    return consent_frame("Install " + app.name, content);
}

http::response no_such_app() {
    return page(
        404, consent_frame("Not found", "<h1>Not found</h1>\n<p>There is no integration of that name.</p>\n")
    );
}

http::response show(core& shared, http::request const& about) {
    auto const* const app = shared.world.application_by_slug(about.capture("slug"));
    return app && !app->internal ? page(200, consent_page(shared.world, *app, {})) : no_such_app();
}

async::task<http::response> install(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const* const app = world.application_by_slug(about.capture("slug"));
    if (!app || app->internal) co_return no_such_app();
    auto const form = form_decoded(about.body);
    if (form_value(form, "action") == "cancel")
        co_return closing_page("Nothing was installed", "You can close this page.");
    auto const* const org = world.organization_by(form_value(form, "organization"));
    if (!org) co_return page(400, consent_page(world, *app, "Choose an organization."));
    auto const made = world.install(*app, *org, std::nullopt);
    if (!made) co_return page(409, consent_page(world, *app, made.error().detail));

    auto const to_app = with_query(
        app->redirect_url,
        {{"installationId", (*made)->id.str()}, {"code", (*made)->code}, {"orgSlug", org->slug}}
    );
    auto const has_redirect = !app->redirect_url.empty();
    auto created = installation_webhook(world, **made, "created", payloads::actor::user);
    using enum switches::announcement;
    if (world.set.installation_created == before_redirect) {
        co_await shared.hooks.send_all(std::move(created));
    } else if (world.set.installation_created == after_redirect) {
        shared.hooks.post(std::move(created));
    }
    if (!has_redirect) co_return closing_page("Installed", "This integration has no page to go back to.");
    co_return redirected(to_app);
}

}  // namespace

void add_consent_routes(route_table& to, core& shared) {
    constexpr char const* pattern = "/sentry-apps/{slug}/external-install/";
    to.add(http::method::get, pattern, "consent", [&shared](http::request& about) {
        return show(shared, about);
    });
    to.add_later(http::method::post, pattern, "consent", [&shared](http::request& about) {
        return install(shared, about);
    });
}

}  // namespace tocsin::sandbox
