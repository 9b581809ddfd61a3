#pragma once

#include "routes.hpp"

#include <tocsin/json/reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Shared by the routes of the control API, `/control/...`, which README.md describes.
namespace tocsin::sandbox {

using response_task = async::task<http::response>;
using control_handler = response_task (*)(sandbox_context&, http::request&);

/// The route refuses requests that another site makes a browser send, because the API has no login.
void add_control_route(
    route_table& table,
    sandbox_context& context,
    http::method method,
    char const* pattern,
    control_handler handle
);

/// Lengths of texts in bodies.
inline constexpr json::length short_text{1, 200};
inline constexpr json::length optional_long_text{0, 2'000};
inline constexpr json::length id_text{1, 19};

/// The body as an object; an empty body is `{}`.
result<json::document> control_body(http::request const& request);
/// `{"detail","fields"?}` with the status of the error's code.
http::response control_problem(error const& problem);
/// 200 or 201 with the members of the open object `members`; after webhooks, also with `"webhooks":[...]`.
http::response control_done(int status, json::writer members);
http::response control_done(int status, json::writer members, std::vector<webhook_attempt> const& sent);
inline http::response control_unknown(char const* kind) {
    return control_problem({errc::not_found, std::string("no such ") + kind});
}
/// An alert action's settings: `[{"name","value"}]` or `{"name":value}`.
std::optional<std::vector<payloads::setting>> read_settings(json::reader& in);
/// By the path's `{uuid}`; null if there is none.
installation* installation_of_path(sandbox_context& context, http::request const& request);
/// Distinguishes tokens without revealing them.
std::string fingerprint(std::string_view token);
/// Writes the member `settings`.
void write_settings_state(json::writer& out, behavior_settings const& behavior);
/// Writes the member `oauth`.
void write_oauth_state(json::writer& out, sentry_state& state);
void write_issue_state(json::writer& out, sentry_state& state, issue const& issue);

}  // namespace tocsin::sandbox
