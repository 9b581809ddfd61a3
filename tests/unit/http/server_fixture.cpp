#include "server_fixture.hpp"

#include "chunked_cases.hpp"

#include <boost/test/unit_test.hpp>

namespace tocsin::tests {
namespace {

using http::body_kind;
using http::method;
using http::request;
using http::response;

async::task<response> hello(request& r) {
    co_return response::text(200, "hello " + r.peer + " " + r.id);
}
async::task<response> echo(request& r) {
    co_return response::json(200, r.body);
}
async::task<response> show(request& r) {
    std::string out = std::string(r.capture("name")) + " " + r.target;
    for (auto const& q : r.query) out += " " + q.name + "=" + q.value;
    for (auto const& [name, value] : r.headers.all()) {
        if (name.starts_with("X-")) out += " " + name + ":" + value;
    }
    co_return response::text(200, out);
}
async::task<response> fail(request&) {
    throw std::runtime_error("deliberate failure");
    co_return response{};
}
response failure_text(request const&, std::exception_ptr const& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (http::overloaded const&) {
        return response::text(500, "overloaded");
    } catch (std::exception const& e) {
        return response::text(500, std::string("failed: ") + e.what());
    }
}
async::task<response> framing_fields(request&) {
    response r{.status = 200, .headers = {}, .body = "abc"};
    r.headers.add("Content-Length", "1");
    r.headers.add("Transfer-Encoding", "chunked");
    r.headers.add("X-Common", "own");
    co_return r;
}
async::task<response> invalid_status(request&) {
    co_return response{.status = 99, .headers = {}, .body = {}};
}
async::task<response> big(request&) {
    co_return response::text(200, std::string(big_size, 'b'));
}
async::task<response> empty(request&) {
    co_return response::no_content();
}

}  // namespace

http::handler server_fixture::counted(http::handler then) {
    return [this, then = std::move(then)](request& r) {
        ++handled_;
        return then(r);
    };
}

async::task<response> server_fixture::wait_for_gate() {
    {
        std::lock_guard const lock(mutex_);
        ++waiting_;
    }
    changed_.notify_all();
    co_await gate_->wait();
    co_return response::text(200, "waited");
}

std::vector<http::route> server_fixture::routes() {
    auto const wait = [this](request&) { return wait_for_gate(); };
    return {
        {.method = method::get, .pattern = "/", .handle = counted(hello)},
        {.method = method::get, .pattern = "/show/{name}", .handle = counted(show)},
        {.method = method::post,
         .pattern = "/echo",
         .body = body_kind::json,
         .max_body = 1000,
         .handle = counted(echo)},
        {.method = method::post,
         .pattern = "/large",
         .body = body_kind::json,
         .max_body = std::size_t{8} << 20U,
         .handle = counted(echo),
         .on_failure = failure_text},
        {.method = method::post,
         .pattern = std::string(chunked_path),
         .body = body_kind::json,
         .max_body = std::size_t{8} << 20U,
         .handle = counted(echo),
         .accepts = http::route::transfer::sized_or_chunked,
         .slash = http::route::trailing_slash::accepted,
         .on_failure = failure_text},
        {.method = method::post,
         .pattern = "/maybe",
         .body = body_kind::optional_json,
         .handle = counted(echo)},
        {.method = method::post, .pattern = "/none", .handle = counted(echo)},
        {.method = method::delete_, .pattern = "/echo", .handle = counted(empty)},
        {.method = method::get, .pattern = "/fail", .handle = counted(fail)},
        {.method = method::get, .pattern = "/fail-own", .handle = counted(fail), .on_failure = failure_text},
        {.method = method::get, .pattern = "/big", .handle = counted(big)},
        {.method = method::get, .pattern = "/framing-fields", .handle = counted(framing_fields)},
        {.method = method::get, .pattern = "/invalid-status", .handle = counted(invalid_status)},
        {.method = method::get,
         .pattern = "/live",
         .handle = counted(empty),
         .host = http::route::host_check::any},
        {.method = method::get, .pattern = "/wait", .handle = counted(wait)},
        {.method = method::post,
         .pattern = "/wait",
         .body = body_kind::json,
         .handle = counted(wait),
         .on_failure = failure_text},
        {.method = method::post, .pattern = "/wait-own", .body = body_kind::json, .handle = counted(wait)},
    };
}

server_fixture::server_fixture(http::server_options options, std::vector<http::route> more) {
    options.on_exchange = [this](http::exchange const& e) {
        std::lock_guard const lock(mutex_);
        exchanges_.push_back(
            {.route = std::string(e.route),
             .method = std::string(e.method),
             .peer = std::string(e.peer),
             .request_id = std::string(e.request_id),
             .refusal = std::string(e.refusal),
             .status = e.status}
        );
    };
    auto table = routes();
    for (auto& r : more) table.push_back(std::move(r));
    io_.on_thread([&] {
        gate_ = std::make_unique<gate>(io_.executor());
        server_ = std::make_unique<http::server>(io_.executor(), std::move(table), std::move(options));
        port_ = server_->listen("127.0.0.1", 0);
    });
}

server_fixture::~server_fixture() {
    io_.on_thread([&] {
        server_.reset();
        gate_.reset();  // ends the waits
    });
}

std::vector<recorded_exchange> server_fixture::exchanges() {
    std::lock_guard const lock(mutex_);
    return exchanges_;
}

void server_fixture::open_gate() {
    io_.on_thread([&] { gate_->open(); });
}

void server_fixture::wait_for_requests_at_gate(int count) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ >= count; }));
}

std::vector<raw_answer> server_fixture::answers(std::string_view bytes) {
    auto socket = connect();
    socket.send(bytes);
    return socket.receive_answers();
}

raw_answer server_fixture::answer(std::string_view bytes) {
    auto const all = answers(bytes);
    BOOST_REQUIRE(all.size() == 1U);
    return all.front();
}

}  // namespace tocsin::tests
