#include "core.hpp"
#include "url.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// /sentry-apps/{slug}/external-install/: where a person picks the organization and installs the app on it.
namespace tocsin::sandbox {

namespace {

std::string frame(std::string const& title, std::string const& content) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           html_escaped(title) +
           "</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" "
           "href=\"/sandbox.css\">\n</head>\n<body "
           "class=\"consent\">\n<main>\n"
           "<p class=\"brand\">Sentry sandbox</p>\n" +
           content + "</main>\n</body>\n</html>\n";
}

/// Levels of access by resource, as the real page groups them: "Read: Organization, Project".
std::string permissions(application const& app) {
    constexpr std::pair<std::string_view, std::string_view> levels[] = {
        {"Read", ":read"}, {"Read and write", ":write"}, {"Admin", ":admin"}
    };
    constexpr std::pair<std::string_view, std::string_view> resources[] = {
        {"org", "Organization"},
        {"project", "Project"},
        {"team", "Team"},
        {"member", "Member"},
        {"event", "Issue & Event"}
    };
    std::string out;
    for (auto const& [level, suffix] : levels) {
        std::string named;
        for (auto const& [prefix, shown] : resources) {
            auto const scope = std::string(prefix) + std::string(suffix);
            if (std::find(app.scopes.begin(), app.scopes.end(), scope) == app.scopes.end()) continue;
            if (!named.empty()) named += ", ";
            named += html_escaped(shown);
        }
        if (!named.empty()) out += "<li><b>" + std::string(level) + "</b> access to " + named + "</li>\n";
    }
    std::string events;
    for (auto const& each : app.subscriptions) events += (events.empty() ? "" : ", ") + html_escaped(each);
    if (!events.empty()) out += "<li><b>Webhooks</b> for " + events + "</li>\n";
    return out;
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
        " will have</h2>\n<ul>\n" + permissions(app) +
        "</ul>\n</section>\n<div class=\"actions\">\n"
        "<button type=\"submit\" name=\"action\" value=\"install\" class=\"primary\">Install</button>\n"
        "<button type=\"submit\" name=\"action\" value=\"cancel\" "
        "formnovalidate>Cancel</button>\n</div>\n</form>\n"
        "<p class=\"note\">A stand-in for Sentry: nothing here reaches sentry.io.</p>\n";
    return frame("Install " + app.name, content);
}

http::response no_such_app() {
    return page(
        404, frame("Not found", "<h1>Not found</h1>\n<p>There is no integration of that name.</p>\n")
    );
}

http::response closing_page(std::string const& title, std::string const& text) {
    return page(
        200, frame(title, "<h1>" + html_escaped(title) + "</h1>\n<p>" + html_escaped(text) + "</p>\n")
    );
}

http::response show(core& shared, http::request const& about) {
    auto const* const app = shared.world.application_by_slug(about.capture("slug"));
    return app ? page(200, consent_page(shared.world, *app, {})) : no_such_app();
}

http::response redirected(std::string const& url) {
    http::response out;
    out.status = 302;
    out.headers.set("Location", url);
    out.headers.set("Cache-Control", "no-store");
    return out;
}

async::task<http::response> install(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const* const app = world.application_by_slug(about.capture("slug"));
    if (!app) co_return no_such_app();
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
