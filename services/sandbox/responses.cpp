#include "responses.hpp"

#include <tocsin/base/text.hpp>

#include <utility>

namespace tocsin::sandbox {

http::response detail_response(int status, std::string_view text) {
    json::writer out;
    out.begin_object().field("detail", text).end_object();
    return http::response::json(status, out.take());
}

http::response page(int status, std::string html) {
    http::response out;
    out.status = status;
    out.headers.set("Content-Type", "text/html; charset=utf-8");
    // No form-action, because the consent page's form redirects to the app's host.
    out.headers.set(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    );
    out.headers.set("Cache-Control", "no-store");
    out.headers.set("Referrer-Policy", "no-referrer");
    out.body = std::move(html);
    return out;
}

void write_project_summary(json::writer& out, project const& project) {
    out.begin_object()
        .field("id", project.id)
        .field("slug", project.slug)
        .field("name", project.name)
        .field("platform", project.platform)
        .end_object();
}

bool is_json(http::request const& request) {
    auto const type = request.headers.find("Content-Type").value_or("");
    return iequals(trim(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace tocsin::sandbox
