#include "assets.hpp"
#include "core.hpp"

#include <string>
#include <string_view>

/// The control page and what the pages load.
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

void add_page_routes(route_table& to, core&) {
    auto const control = [](http::request&) { return page(200, std::string(assets::control_html)); };
    to.add(http::method::get, "/", {}, control);
    // The address that issues carry as their permalink.
    to.add(http::method::get, "/organizations/{rest...}", {}, control);
    to.add(http::method::get, "/sandbox.css", {}, [](http::request&) {
        return asset("text/css; charset=utf-8", assets::sandbox_css);
    });
    to.add(http::method::get, "/sandbox.js", {}, [](http::request&) {
        return asset("text/javascript; charset=utf-8", assets::sandbox_js);
    });
}

}  // namespace tocsin::sandbox
