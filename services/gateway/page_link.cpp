#include "gateway/page_link.hpp"

#include "gateway/security_headers.hpp"

#include <tocsin/base/html.hpp>
#include <tocsin/crypto/random.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::gateway {

namespace {

using notify::linked_page;

/// `content` is HTML.
http::response html(int status, std::string const& title, std::string const& content) {
    auto const nonce = std::string(crypto::random_token(16).reveal());
    auto made = http::response::text(
        status,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\"><title>" +
            html_escaped(title) + "</title><style nonce=\"" + nonce +
            "\">body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;"
            "overflow-wrap:anywhere;color-scheme:light dark}"
            "button{font:inherit;font-weight:600;width:100%;padding:1rem;border:0;border-radius:.5rem;"
            "background:#1864ab;color:#fff}</style></head><body><main>" +
            content + "</main></body></html>\n"
    );
    made.headers.set("Content-Type", "text/html; charset=utf-8");
    made.headers.set("Content-Security-Policy", page_policy(nonce));
    return made;
}

std::string heading(linked_page const& page) {
    return "<p>" + html_escaped(page.organization_name) + "</p><h1>#" + std::to_string(page.incident) + " " +
           html_escaped(page.title) + "</h1>";
}

std::string console_link(linked_page const& page) {
    return "<p><a href=\"/o/" + http::encoded_segment(page.organization_slug) + "/incidents/" +
           std::to_string(page.incident) + "\">Open the incident</a></p>";
}

http::response no_such_link() {
    return html(
        404,
        "This link has ended",
        "<h1>This link has ended</h1><p>A link works once, for 24 hours, while you may act on incidents. Sign in to see the "
        "incident.</p><p><a href=\"/\">Open Tocsin</a></p>"
    );
}

http::response form(linked_page const& page) {
    return html(
        200,
        "#" + std::to_string(page.incident) + " " + page.title,
        heading(page) + "<p>You act as " + html_escaped(page.email) +
            ".</p><form method=\"post\"><button>Acknowledge</button></form>" + console_link(page)
    );
}

http::response already(linked_page const& page) {
    auto const status = std::string(to_string(page.status));
    return html(
        200,
        "#" + std::to_string(page.incident) + " is " + status,
        heading(page) + "<p role=\"status\">This incident is " + status + ".</p>" + console_link(page)
    );
}

async::task<http::response> show(notify::page_links& links, http::request& request) {
    auto const page = co_await links.find(secret(std::string(request.capture("link"))));
    if (!page) co_return no_such_link();
    // An acknowledged incident whose severity rose pages again, and can be acknowledged again.
    bool const can_act = !page->is_used && page->status != incidents::status::resolved;
    co_return can_act ? form(*page) : already(*page);
}

async::task<http::response> act(notify::page_links& links, http::request& request) {
    auto link = secret(std::string(request.capture("link")));
    auto const page = co_await links.acknowledge(link);
    if (page) co_return already(*page);
    auto const used = co_await links.find(std::move(link));
    co_return used ? already(*used) : no_such_link();
}

}  // namespace

std::vector<http::route> page_link_routes(notify::page_links& links) {
    std::string const pattern = "/page/{link}";
    std::vector<http::route> all;
    all.push_back(
        {.method = http::method::get,
         .pattern = pattern,
         .handle = [&links](http::request& request) { return show(links, request); }}
    );
    all.push_back(
        {.method = http::method::post,
         .pattern = pattern,
         .body = http::body_kind::any,
         .max_body = 1024,
         .handle = [&links](http::request& request) { return act(links, request); }}
    );
    return all;
}

}  // namespace tocsin::gateway
