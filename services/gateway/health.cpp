#include "gateway/health.hpp"

#include <tocsin/json/writer.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

/// `info.version` of the OpenAPI document.
std::string const api_version = "1";

async::task<std::string> outcome_of(health::check const& run) {
    try {
        auto const passed = co_await run();
        co_return passed ? "ok" : passed.error().detail;
    } catch (std::exception const&) {
        co_return "does not answer";
    }
}

http::route open_to_any_host(std::string pattern, http::handler handle) {
    return {
        .method = http::method::get,
        .pattern = std::move(pattern),
        .handle = std::move(handle),
        .host = http::route::host_check::any,
    };
}

async::task<http::response> ready(http::response response) {
    co_return response;
}

}  // namespace

void health::add_check(std::string name, check run) {
    checks_.push_back({std::move(name), std::move(run)});
}

void health::add_notice(std::string name, std::function<std::optional<std::string>()> read) {
    notices_.push_back({std::move(name), std::move(read)});
}

std::vector<http::route> health::routes(audience readers) {
    bool const is_public = readers == audience::everyone;
    json::writer version;
    version.begin_object().field("version", is_public ? api_version : version_).end_object();
    return {
        open_to_any_host(
            "/livez", [](http::request&) { return ready(http::response::json(200, R"({"status":"alive"})")); }
        ),
        open_to_any_host(
            "/readyz",
            [this, is_public](http::request& request) {
                bool const shows_checks = !is_public && request.query_value("verbose");
                return readiness(shows_checks ? detail::checks : detail::status);
            }
        ),
        open_to_any_host(
            "/version",
            [body = version.take()](http::request&) { return ready(http::response::json(200, body)); }
        ),
    };
}

async::task<http::response> health::readiness(detail shown) {
    bool is_ready = !draining_;
    std::vector<std::pair<std::string, std::string>> outcomes;
    outcomes.emplace_back("serving", draining_ ? "is draining" : "ok");
    for (auto const& each : checks_) {
        auto outcome = co_await outcome_of(each.run);
        is_ready = is_ready && outcome == "ok";
        outcomes.emplace_back(each.name, std::move(outcome));
    }
    json::writer out;
    out.begin_object().field("status", draining_ ? "draining" : is_ready ? "ready" : "unavailable");
    if (shown == detail::checks) {
        out.name("checks").begin_object();
        for (auto const& [name, outcome] : outcomes) out.field(name, outcome);
        for (auto const& each : notices_) out.field(each.name, each.read().value_or("ok"));
        out.end_object();
    }
    co_return http::response::json(is_ready ? 200 : 503, out.end_object().take());
}

}  // namespace tocsin::gateway
