#include "sandbox.hpp"

#include "core.hpp"
#include "gate.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/system/system_error.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tocsin::sandbox {

namespace {

/// How long an ending process waits for what is under way.
constexpr auto farewell = std::chrono::milliseconds(2'000);

application main_application(settings const& how) {
    application out;
    out.id = 1;
    out.public_id = crypto::uuid_v4();
    out.slug = how.app_slug;
    out.name = how.app_name;
    out.client_id = how.app_client_id;
    out.client_secret = how.app_client_secret;
    out.redirect_url = how.redirect_url;
    out.webhook_url = how.webhook_url;
    out.scopes = {"event:read", "org:read", "project:read", "team:read"};
    out.subscriptions = {"comment", "issue"};
    return out;
}

oauth_application oauth_application_of(settings const& how) {
    oauth_application out;
    out.client_id = how.oauth_client_id;
    out.client_secret = how.oauth_client_secret;
    out.name = how.app_name;
    if (!how.oauth_redirect_uri.empty()) out.redirect_uris = {how.oauth_redirect_uri};
    out.scopes = {"event:admin", "event:read", "event:write", "org:read", "project:read", "team:read"};
    return out;
}

std::vector<http::route> routes(core& shared) {
    route_table table(shared);
    add_grant_routes(table, shared);
    add_installation_routes(table, shared);
    add_consent_routes(table, shared);
    add_oauth_authorize_routes(table, shared);
    add_oauth_token_routes(table, shared);
    add_api_routes(table, shared);
    add_issue_routes(table, shared);
    add_event_routes(table, shared);
    add_release_routes(table, shared);
    add_control_routes(table, shared);
    add_control_state_routes(table, shared);
    add_control_issue_routes(table, shared);
    add_control_oauth_routes(table, shared);
    add_control_internal_routes(table, shared);
    add_page_routes(table, shared);
    return table.take();
}

http::server_options options() {
    http::server_options out;
    out.max_requests_per_connection =
        1;  // the gate takes the end of the connection for the end of the answer
    out.problem = [](int status, std::string_view detail, http::request const*) {
        return status == 404 ? not_found() : detail_answer(status, detail);
    };
    return out;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::string url_of(std::string const& host, std::uint16_t port) {
    auto const any = host == "0.0.0.0" || host == "::";
    auto const shown = any ? "127.0.0.1" : host.find(':') != std::string::npos ? "[" + host + "]" : host;
    return "http://" + shown + ":" + std::to_string(port);
}

}  // namespace

struct server::impl {
    impl(async::executor executor, settings with)
        : on(executor),
          how(std::move(with)),
          shared(on, *how.time, main_application(how)),
          behind(on, routes(shared), options()) {
        shared.world.set.verify_install = how.verify == verify_install::required;
        shared.base_url = without_slash(how.public_url);
        if (!how.oauth_client_id.empty())
            shared.world.oauth.applications.push_back(oauth_application_of(how));
        add_demo(shared.world);
    }

    async::executor on;
    settings how;
    core shared;
    http::server behind;
    std::optional<gate> front;
};

server::server(async::executor on, settings how)
    : impl_(std::make_unique<impl>(std::move(on), std::move(how))) {}
server::~server() = default;

std::uint16_t server::listen() {
    auto& self = *impl_;
    self.front.emplace(self.on, self.behind.listen("127.0.0.1", 0));
    auto const port = self.front->listen(self.how.listen_host, self.how.port);
    if (self.shared.base_url.empty()) self.shared.base_url = url_of(self.how.listen_host, port);
    return port;
}

async::task<> server::stop(std::chrono::milliseconds limit) {
    if (impl_->front) co_await impl_->front->close(limit);
    co_await impl_->shared.hooks.end(limit);
    co_await impl_->behind.drain(limit);
}

std::string const& server::public_url() const noexcept {
    return impl_->shared.base_url;
}

namespace {

async::task<> stop_both(server& what, async::io_loop& loop) {
    co_await what.stop(farewell);
    loop.stop();
}

}  // namespace

int run(settings const& how) {
    async::io_loop loop;
    server stand_in(loop.get_executor(), how);
    std::uint16_t port = 0;
    try {
        port = stand_in.listen();
    } catch (boost::system::system_error const& failed) {
        observe::log_error(
            "cannot listen",
            {{"what", "sandbox"}, {"address", how.listen_host}, {"port", how.port}, {"reason", failed.what()}}
        );
        return 1;
    }
    observe::log_info(
        "listening",
        {{"what", "sandbox"}, {"address", how.listen_host}, {"port", port}, {"url", stand_in.public_url()}}
    );
    async::task_group ending(loop.get_executor());
    ending.on_error([&](std::exception_ptr) { loop.stop(); });
    loop.on_termination([&](int) { ending.spawn(stop_both(stand_in, loop)); });
    loop.run();
    observe::log_info("stopped", {{"what", "sandbox"}});
    return 0;
}

}  // namespace tocsin::sandbox
