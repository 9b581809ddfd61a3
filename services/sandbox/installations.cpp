#include "authentication.hpp"
#include "routes.hpp"

#include <algorithm>
#include <string>

/// /api/0/sentry-app-installations/{uuid}/: an app reads, confirms, and ends its installation.
namespace tocsin::sandbox {

namespace {

constexpr char const* pattern = "/api/0/sentry-app-installations/{uuid}/";

/// Requires that the token belongs to the installation of the path.
api_caller authenticate_for_installation(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
) {
    auto out = authenticate(context, request, any_of);
    if (out.refusal) return out;
    auto const id = uuid::parse(request.capture("uuid"));
    auto const* const installation = id ? context.state.installation_by(*id) : nullptr;
    if (!installation || !out.installation) {
        out.refusal = not_found();
    } else if (installation != out.installation) {
        out.refusal = forbidden();
    }
    return out;
}

http::response installation_response(api_caller const& caller) {
    auto const& scopes = caller.app->scopes;
    auto const code = std::find(scopes.begin(), scopes.end(), "org:integrations") != scopes.end()
                          ? payloads::code_member::present
                          : payloads::code_member::absent;
    return http::response::json(
        200, payloads::installation_object(*caller.installation, *caller.app, *caller.org, code)
    );
}

http::response show_installation(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_installation(
        context, request, {"org:read", "org:write", "org:admin", "org:integrations"}
    );
    return caller.refusal ? *caller.refusal : installation_response(caller);
}

/// Needs no scope. Other statuses than `installed` are ignored.
http::response confirm_installation(sandbox_context& context, http::request const& request) {
    auto const caller = authenticate_for_installation(context, request, {});
    if (caller.refusal) return *caller.refusal;
    auto const body = is_json(request) ? json::parse(request.body) : error{errc::invalid, {}};
    if (!body) return detail_response(400, "JSON parse error");
    auto const status = body->root().find("status");
    if (!status || !status->as_string())
        return http::response::json(400, R"({"status":["This field is required."]})");
    if (*status->as_string() == "installed") caller.installation->status = installation_status::installed;
    return installation_response(caller);
}

/// Waits for the response to `installation.deleted`; only a 503 or 504 from a published app's receiver makes
/// the request fail.
async::task<http::response> handle_uninstall(sandbox_context& context, http::request& request) {
    auto const caller =
        authenticate_for_installation(context, request, {"org:integrations", "org:write", "org:admin"});
    if (caller.refusal) co_return *caller.refusal;
    auto const id = caller.installation->id;
    auto const sent = co_await uninstall_installation(context, id, payloads::actor::application);
    if (!sent) co_return detail_response(500, "Internal Error");
    co_return http::response::no_content();
}

}  // namespace

async::task<result<std::vector<webhook_attempt>>> uninstall_installation(
    sandbox_context& context, uuid id, payloads::actor actor
) {
    auto const* const installation = context.state.installation_by(id);
    if (!installation) co_return error{errc::not_found, "no such installation"};
    std::vector<webhook_attempt> attempts;
    for (auto const& webhook : installation_webhook(context.state, *installation, "deleted", actor))
        attempts.push_back(co_await context.webhooks.send_once(webhook));
    auto const refused =
        !attempts.empty() && (attempts.back().status == 503 || attempts.back().status == 504);
    if (context.state.behavior.published && refused)
        co_return error{
            errc::unavailable, "the receiver responded with 503 or 504, which makes an uninstall fail"
        };
    // It may have been removed meanwhile.
    if (auto const* const remaining = context.state.installation_by(id)) context.state.remove(*remaining);
    co_return attempts;
}

void add_installation_routes(route_table& table, sandbox_context& context) {
    table.add(http::method::get, pattern, "installation", [&context](http::request& request) {
        return show_installation(context, request);
    });
    table.add(http::method::put, pattern, "installation", [&context](http::request& request) {
        return confirm_installation(context, request);
    });
    table.add_async(http::method::delete_, pattern, "installation", [&context](http::request& request) {
        return handle_uninstall(context, request);
    });
}

}  // namespace tocsin::sandbox
