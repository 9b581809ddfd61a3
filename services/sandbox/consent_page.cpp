#include "consent_page.hpp"

#include "responses.hpp"

#include <tocsin/base/html.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tocsin::sandbox {

std::string consent_frame(std::string const& title, std::string const& content) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           html_escaped(title) +
           "</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" "
           "href=\"/sandbox.css\">\n</head>\n<body "
           "class=\"consent\">\n<main>\n"
           "<p class=\"brand\">Sentry sandbox</p>\n" +
           content + "</main>\n</body>\n</html>\n";
}

std::string permission_items(std::vector<std::string> const& scopes) {
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
        std::string names;
        for (auto const& [prefix, name] : resources) {
            auto const scope = std::string(prefix) + std::string(suffix);
            if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) continue;
            if (!names.empty()) names += ", ";
            names += html_escaped(name);
        }
        if (!names.empty()) out += "<li><b>" + std::string(level) + "</b> access to " + names + "</li>\n";
    }
    return out;
}

http::response closing_page(std::string const& title, std::string const& text) {
    return page(
        200, consent_frame(title, "<h1>" + html_escaped(title) + "</h1>\n<p>" + html_escaped(text) + "</p>\n")
    );
}

http::response redirect(std::string const& url) {
    http::response out;
    out.status = 302;
    out.headers.set("Location", url);
    out.headers.set("Cache-Control", "no-store");
    return out;
}

}  // namespace tocsin::sandbox
