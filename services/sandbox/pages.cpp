#include "assets.hpp"
#include "routes.hpp"

#include <string>
#include <string_view>

/// The control page, and the style and script of all pages.
namespace tocsin::sandbox {

namespace {

http::response asset(std::string_view type, std::string_view content) {
    http::response out;
    out.headers.set("Content-Type", type);
    out.headers.set("Cache-Control", "no-cache");
    out.headers.set("X-Content-Type-Options", "nosniff");
    out.body = std::string(content);
    return out;
}

}  // namespace

void add_page_routes(route_table& table, sandbox_context&) {
    auto const control = [](http::request&) { return page(200, std::string(assets::control_html)); };
    table.add(http::method::get, "/", {}, control);
    // The permalinks of issues.
    table.add(http::method::get, "/organizations/{rest...}", {}, control);
    table.add(http::method::get, "/sandbox.css", {}, [](http::request&) {
        return asset("text/css; charset=utf-8", assets::sandbox_css);
    });
    table.add(http::method::get, "/sandbox.js", {}, [](http::request&) {
        return asset("text/javascript; charset=utf-8", assets::sandbox_js);
    });
}

}  // namespace tocsin::sandbox
