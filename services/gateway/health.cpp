#include "gateway/health.hpp"

#include <tocsin/json/writer.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

async::task<std::string> outcome_of(health::check const& run) {
    try {
        auto const passed = co_await run();
        co_return passed ? "ok" : passed.error().detail;
    } catch (std::exception const&) {
        // What exactly is in the log of whoever lost it; this page is public.
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

async::task<http::response> at_once(http::response answer) {
    co_return answer;
}

}  // namespace

void health::add_check(std::string name, check run) {
    checks_.push_back({std::move(name), std::move(run)});
}

void health::add_notice(std::string name, std::function<std::optional<std::string>()> look) {
    notices_.push_back({std::move(name), std::move(look)});
}

std::vector<http::route> health::routes() {
    json::writer version;
    version.begin_object().field("version", version_).end_object();
    return {
        open_to_any_host(
            "/livez",
            [](http::request&) { return at_once(http::response::json(200, R"({"status":"alive"})")); }
        ),
        open_to_any_host("/readyz", [this](http::request& asked) { return readiness(asked); }),
        open_to_any_host(
            "/version",
            [body = version.take()](http::request&) { return at_once(http::response::json(200, body)); }
        ),
    };
}

async::task<http::response> health::readiness(http::request const& asked) {
    bool ready = !draining_;
    std::vector<std::pair<std::string, std::string>> outcomes;
    outcomes.emplace_back("serving", draining_ ? "is draining" : "ok");
    for (auto const& each : checks_) {
        auto outcome = co_await outcome_of(each.run);
        ready = ready && outcome == "ok";
        outcomes.emplace_back(each.name, std::move(outcome));
    }
    json::writer out;
    out.begin_object().field("status", draining_ ? "draining" : ready ? "ready" : "unavailable");
    if (asked.query_value("verbose")) {
        out.name("checks").begin_object();
        for (auto const& [name, outcome] : outcomes) out.field(name, outcome);
        for (auto const& each : notices_) out.field(each.name, each.look().value_or("ok"));
        out.end_object();
    }
    co_return http::response::json(ready ? 200 : 503, out.end_object().take());
}

}  // namespace tocsin::gateway
