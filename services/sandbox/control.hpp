#pragma once

#include "core.hpp"

#include <tocsin/json/reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The control API, `/control/...`: what only the stand-in can do. README.md is its description.
namespace tocsin::sandbox {

/// Refuses requests that another site makes a browser send: the API has no login.
void add_control(
    route_table& to,
    core& shared,
    http::method method,
    char const* pattern,
    async::task<http::response> (*answer)(core&, http::request&)
);

/// The body as an object; an empty one is `{}`.
result<json::document> control_body(http::request const& about);
/// `{"detail","fields"?}` with the status of the error's code.
http::response control_problem(error const& what);
/// 200 or 201 `{...members}`, and of a call that sends webhooks `{...members, "webhooks":[...]}`; `members`
/// is an open object.
http::response control_done(int status, json::writer members);
http::response control_done(int status, json::writer members, std::vector<delivery_record> const& sent);
inline http::response control_unknown(char const* what) {
    return control_problem({errc::not_found, std::string("no such ") + what});
}
/// An alert action's settings: `[{"name","value"}]` or `{"name":value}`.
std::optional<std::vector<payloads::setting>> read_settings(json::reader& in);
/// Enough to tell two tokens apart, and useless otherwise.
std::string fingerprint(std::string_view token);
/// The member `oauth`.
void write_oauth_state(json::writer& out, state& world);
void write_issue_state(json::writer& out, state& world, issue const& what);

}  // namespace tocsin::sandbox
