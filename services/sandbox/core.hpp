#pragma once

#include "faults.hpp"
#include "model.hpp"
#include "webhooks.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/http/server.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sandbox {

/// What the areas share. One thread; nobody keeps a pointer into `world` across a co_await.
struct core {
    core(async::executor on, clock const& time, application first)
        : world(time, std::move(first)), hooks(std::move(on), world) {}

    state world;
    fault_list faults;
    webhook_sender hooks;
    std::string base_url;  ///< without a trailing slash; set once the port is known
};

/// Collects the routes of the areas. Every route of an area counts its calls and obeys the faults armed for
/// the area.
class route_table {
public:
    using answer_now = std::function<http::response(http::request&)>;

    explicit route_table(core& shared) : shared_(&shared) {}

    /// `area` must be a literal; empty: a route of the stand-in itself, without faults.
    void add(http::method method, std::string pattern, std::string_view area, answer_now handle);
    void add_later(http::method method, std::string pattern, std::string_view area, http::handler handle);
    std::vector<http::route> take() { return std::move(routes_); }

private:
    core* shared_;
    std::vector<http::route> routes_;
};

/// `{"detail":text}`: how Sentry's API says no.
http::response detail_answer(int status, std::string_view text);
inline http::response not_found() {
    return detail_answer(404, "The requested resource does not exist");
}
inline http::response not_allowed() {
    return detail_answer(403, "You do not have permission to perform this action.");
}
/// A page with headers that let it load its own style and script only.
http::response page(int status, std::string html);
/// Text fit for HTML content and quoted attributes.
std::string html_escaped(std::string_view text);

/// True where the request declares a JSON body.
bool is_json(http::request const& about);

/// Sends `installation.deleted`, once, waits for it as Sentry does, and removes the installation.
/// errc::unavailable where the receiver's answer made it fail: it is then still there.
async::task<result<std::vector<delivery_record>>> uninstall_installation(
    core& shared, uuid id, payloads::actor by
);

/// What the user may see, by the switch `user_organizations`.
std::vector<organization*> organizations_of_user(state& world);
std::string joined_scopes(std::vector<std::string> const& scopes);

void add_grant_routes(route_table& to, core& shared);             ///< grants.cpp
void add_oauth_authorize_routes(route_table& to, core& shared);   ///< oauth_authorize.cpp
void add_oauth_token_routes(route_table& to, core& shared);       ///< oauth_token.cpp
void add_control_internal_routes(route_table& to, core& shared);  ///< control_internal.cpp
void add_control_oauth_routes(route_table& to, core& shared);     ///< control_oauth.cpp
void add_installation_routes(route_table& to, core& shared);      ///< installations.cpp
void add_consent_routes(route_table& to, core& shared);           ///< consent.cpp
void add_api_routes(route_table& to, core& shared);               ///< api.cpp
void add_issue_routes(route_table& to, core& shared);             ///< api_issues.cpp
void add_event_routes(route_table& to, core& shared);             ///< api_events.cpp
void add_release_routes(route_table& to, core& shared);           ///< api_releases.cpp
void add_control_routes(route_table& to, core& shared);           ///< control.cpp
void add_control_state_routes(route_table& to, core& shared);     ///< control_state.cpp
void add_control_issue_routes(route_table& to, core& shared);     ///< control_issues.cpp
void add_page_routes(route_table& to, core& shared);              ///< pages.cpp

}  // namespace tocsin::sandbox
