#include "sandbox.hpp"

#include "fault_proxy.hpp"
#include "routes.hpp"

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

/// For open connections and webhooks at the end of the process.
constexpr auto shutdown_limit = std::chrono::milliseconds(2'000);

application main_application(settings const& settings) {
    application out;
    out.id = 1;
    out.public_id = crypto::uuid_v4();
    out.slug = settings.app_slug;
    out.name = settings.app_name;
    out.client_id = settings.app_client_id;
    out.client_secret = settings.app_client_secret;
    out.redirect_url = settings.redirect_url;
    out.webhook_url = settings.webhook_url;
    out.scopes = {"event:read", "org:read", "project:read", "team:read"};
    out.subscriptions = {"comment", "issue"};
    return out;
}

oauth_application oauth_application_of(settings const& settings) {
    oauth_application out;
    out.client_id = settings.oauth_client_id;
    out.client_secret = settings.oauth_client_secret;
    out.name = settings.app_name;
    if (!settings.oauth_redirect_uri.empty()) out.redirect_uris = {settings.oauth_redirect_uri};
    out.scopes = {"event:admin", "event:read", "event:write", "org:read", "project:read", "team:read"};
    return out;
}

std::vector<http::route> routes(sandbox_context& context) {
    route_table table(context);
    add_authorization_routes(table, context);
    add_installation_routes(table, context);
    add_consent_routes(table, context);
    add_oauth_authorize_routes(table, context);
    add_oauth_token_routes(table, context);
    add_organization_routes(table, context);
    add_issue_routes(table, context);
    add_event_routes(table, context);
    add_release_routes(table, context);
    add_control_organization_routes(table, context);
    add_control_installation_routes(table, context);
    add_control_internal_routes(table, context);
    add_control_issue_routes(table, context);
    add_control_metric_routes(table, context);
    add_control_oauth_routes(table, context);
    add_control_settings_routes(table, context);
    add_control_state_routes(table, context);
    add_control_webhook_routes(table, context);
    add_page_routes(table, context);
    return table.take();
}

http::server_options options() {
    http::server_options out;
    out.max_requests_per_connection = 1;  // the fault proxy relies on it
    out.problem = [](int status, std::string_view detail, http::request const*) {
        return status == 404 ? not_found() : detail_response(status, detail);
    };
    return out;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::string url_of(std::string const& host, std::uint16_t port) {
    auto const is_wildcard = host == "0.0.0.0" || host == "::";
    auto const shown = is_wildcard                           ? "127.0.0.1"
                       : host.find(':') != std::string::npos ? "[" + host + "]"
                                                             : host;
    return "http://" + shown + ":" + std::to_string(port);
}

}  // namespace

struct server::impl {
    impl(async::executor on, sandbox::settings initial)
        : executor(on),
          settings(std::move(initial)),
          context(on, *settings.time, main_application(settings)),
          upstream(on, routes(context), options()) {
        context.state.behavior.verify_install = settings.verify == verify_install::required;
        context.base_url = without_slash(settings.public_url);
        if (!settings.oauth_client_id.empty())
            context.state.oauth.applications.push_back(oauth_application_of(settings));
        add_demo_data(context.state);
    }

    async::executor executor;
    sandbox::settings settings;
    sandbox_context context;
    http::server upstream;
    std::optional<fault_proxy> proxy;
};

server::server(async::executor executor, settings settings)
    : impl_(std::make_unique<impl>(std::move(executor), std::move(settings))) {}
server::~server() = default;

std::uint16_t server::listen() {
    auto& self = *impl_;
    self.proxy.emplace(self.executor, self.upstream.listen("127.0.0.1", 0));
    auto const port = self.proxy->listen(self.settings.listen_host, self.settings.port);
    if (self.context.base_url.empty()) self.context.base_url = url_of(self.settings.listen_host, port);
    return port;
}

async::task<> server::stop(std::chrono::milliseconds limit) {
    if (impl_->proxy) co_await impl_->proxy->close(limit);
    co_await impl_->context.webhooks.end(limit);
    co_await impl_->upstream.drain(limit);
}

std::string const& server::public_url() const noexcept {
    return impl_->context.base_url;
}

namespace {

async::task<> stop_both(server& server, async::io_loop& loop) {
    co_await server.stop(shutdown_limit);
    loop.stop();
}

}  // namespace

int run(settings const& settings) {
    async::io_loop loop;
    server stand_in(loop.get_executor(), settings);
    std::uint16_t port = 0;
    try {
        port = stand_in.listen();
    } catch (boost::system::system_error const& failed) {
        observe::log_error(
            "cannot listen",
            {{"what", "sandbox"},
             {"address", settings.listen_host},
             {"port", settings.port},
             {"reason", failed.what()}}
        );
        return 1;
    }
    observe::log_info(
        "listening",
        {{"what", "sandbox"},
         {"address", settings.listen_host},
         {"port", port},
         {"url", stand_in.public_url()}}
    );
    async::task_group shutdown(loop.get_executor());
    shutdown.on_error([&](std::exception_ptr) { loop.stop(); });
    loop.on_termination([&](int) { shutdown.spawn(stop_both(stand_in, loop)); });
    loop.run();
    observe::log_info("stopped", {{"what", "sandbox"}});
    return 0;
}

}  // namespace tocsin::sandbox
