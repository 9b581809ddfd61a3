#include "gateway/admin_server.hpp"

#include "gateway/problem.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/observe/log.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

async::task<http::response> exposition(observe::metrics const& metrics) {
    http::response response;
    response.body = metrics.exposition();
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_return response;
}

std::vector<http::route> make_routes(observe::metrics const& metrics, health& state) {
    auto routes = state.routes(health::audience::operators);
    routes.push_back({
        .method = http::method::get,
        .pattern = "/metrics",
        .handle = [&metrics](http::request&) { return exposition(metrics); },
        .host = http::route::host_check::any,
    });
    return routes;
}

http::server_options make_options() {
    http::server_options options;
    options.max_connections = options.max_connections_per_peer = 64;
    options.common_headers = common_headers(transport::plain);
    options.problem = [](int status, std::string_view detail, http::request const*) {
        return problem_of_status(status, detail);
    };
    return options;
}

}  // namespace

admin_server::admin_server(
    async::executor executor, config::endpoint listen, observe::metrics const& metrics, health& state
)
    : listen_(std::move(listen)), server_(std::move(executor), make_routes(metrics, state), make_options()) {}

void admin_server::start() {
    auto const port = server_.listen(listen_.host, listen_.port);
    observe::log_info("listening", {{"what", "admin"}, {"address", listen_.host}, {"port", port}});
}

async::task<> admin_server::drain(std::chrono::milliseconds limit) {
    co_await server_.drain(limit);
}

}  // namespace tocsin::gateway
