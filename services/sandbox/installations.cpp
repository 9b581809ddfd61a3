#include "access.hpp"

#include <algorithm>
#include <string>

/// /api/0/sentry-app-installations/{uuid}/: what an app asks about, confirms and ends.
namespace tocsin::sandbox {

namespace {

constexpr char const* pattern = "/api/0/sentry-app-installations/{uuid}/";

/// The installation named in the path, where the token belongs to the same app and organization.
access authenticate_for_installation(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto out = authenticate(shared, about, any_of);
    if (out.refusal) return out;
    auto const id = uuid::parse(about.capture("uuid"));
    auto const* const named = id ? shared.world.installation_by(*id) : nullptr;
    if (!named || !out.by) {
        out.refusal = not_found();
    } else if (named != out.by) {
        out.refusal = not_allowed();
    }
    return out;
}

http::response shown(access const& to) {
    auto const& scopes = to.app->scopes;
    auto const may_see_code = std::find(scopes.begin(), scopes.end(), "org:integrations") != scopes.end();
    return http::response::json(200, payloads::installation_object(*to.by, *to.app, *to.org, may_see_code));
}

http::response show(core& shared, http::request const& about) {
    auto const who = authenticate_for_installation(
        shared, about, {"org:read", "org:write", "org:admin", "org:integrations"}
    );
    return who.refusal ? *who.refusal : shown(who);
}

/// The app may confirm itself whatever its scopes; other states are passed over.
http::response confirm(core& shared, http::request const& about) {
    auto const who = authenticate_for_installation(shared, about, {});
    if (who.refusal) return *who.refusal;
    auto const body = is_json(about) ? json::parse(about.body) : error{errc::invalid, {}};
    if (!body) return detail_answer(400, "JSON parse error");
    auto const status = body->root().find("status");
    if (!status || !status->as_string())
        return http::response::json(400, R"({"status":["This field is required."]})");
    if (*status->as_string() == "installed") who.by->status = installation_status::installed;
    return shown(who);
}

/// `installation.deleted` goes out inside the request; only 503 and 504 from a published app's receiver make
/// it fail.
async::task<http::response> uninstall(core& shared, http::request& about) {
    auto const who =
        authenticate_for_installation(shared, about, {"org:integrations", "org:write", "org:admin"});
    if (who.refusal) co_return *who.refusal;
    auto const id = who.by->id;
    auto const sent = co_await uninstall_installation(shared, id, payloads::actor::application);
    if (!sent) co_return detail_answer(500, "Internal Error");
    co_return http::response::no_content();
}

}  // namespace

async::task<result<std::vector<delivery_record>>> uninstall_installation(
    core& shared, uuid id, payloads::actor by
) {
    auto const* const what = shared.world.installation_by(id);
    if (!what) co_return error{errc::not_found, "no such installation"};
    std::vector<delivery_record> records;
    for (auto const& each : installation_webhook(shared.world, *what, "deleted", by))
        records.push_back(co_await shared.hooks.send_once(each));
    auto const refused = !records.empty() && (records.back().status == 503 || records.back().status == 504);
    if (shared.world.set.published && refused)
        co_return error{errc::unavailable, "the receiver answered 503 or 504, which makes an uninstall fail"};
    // Uninstalled by someone else in the meantime: the same end.
    if (auto const* const still = shared.world.installation_by(id)) shared.world.remove(*still);
    co_return records;
}

void add_installation_routes(route_table& to, core& shared) {
    to.add(http::method::get, pattern, "installation", [&shared](http::request& about) {
        return show(shared, about);
    });
    to.add(http::method::put, pattern, "installation", [&shared](http::request& about) {
        return confirm(shared, about);
    });
    to.add_later(http::method::delete_, pattern, "installation", [&shared](http::request& about) {
        return uninstall(shared, about);
    });
}

}  // namespace tocsin::sandbox
