#include "gateway/admin_server.hpp"

#include "gateway/problem.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/observe/log.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

async::task<http::response> exposition(observe::metrics const& metrics) {
    http::response answer;
    answer.body = metrics.exposition();
    answer.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_return answer;
}

std::vector<http::route> routes_of(observe::metrics const& metrics, health& state) {
    auto routes = state.routes();
    routes.push_back({
        .method = http::method::get,
        .pattern = "/metrics",
        .handle = [&metrics](http::request&) { return exposition(metrics); },
        .host = http::route::host_check::any,
    });
    return routes;
}

http::server_options options() {
    http::server_options made;
    made.common_headers = common_headers(transport::plain);
    made.problem = [](int status, std::string_view detail, http::request const*) {
        return problem_of_status(status, detail);
    };
    return made;
}

}  // namespace

admin_server::admin_server(
    async::executor on, config::endpoint listen, observe::metrics const& metrics, health& state
)
    : listen_(std::move(listen)), server_(std::move(on), routes_of(metrics, state), options()) {}

void admin_server::start() {
    auto const port = server_.listen(listen_.host, listen_.port);
    observe::log_info("listening", {{"what", "admin"}, {"address", listen_.host}, {"port", port}});
}

async::task<> admin_server::drain(std::chrono::milliseconds limit) {
    co_await server_.drain(limit);
}

}  // namespace tocsin::gateway
