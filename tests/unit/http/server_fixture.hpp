#pragma once

#include "support/raw_http.hpp"

#include <tocsin/http/server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tocsin::tests {

/// An I/O thread like that of the program.
class io_thread {
public:
    io_thread() : guard_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    ~io_thread() {
        guard_.reset();
        thread_.join();  // hangs if an operation is still pending, which is a failure too
    }
    io_thread(io_thread const&) = delete;
    io_thread& operator=(io_thread const&) = delete;

    async::executor executor() { return context_.get_executor(); }

    /// Calls `work` on the thread, waits for it, and returns or throws its result.
    template <class Work>
    auto on_thread(Work work) {
        return boost::asio::post(context_, std::packaged_task<decltype(work())()>(std::move(work))).get();
    }
    template <class T>
    std::future<T> start(async::task<T> work) {
        return boost::asio::co_spawn(context_, std::move(work), boost::asio::use_future);
    }
    template <class T>
    T run(async::task<T> work) {
        auto done = start(std::move(work));
        if (done.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
            throw std::runtime_error("timed out");
        return done.get();
    }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

/// Size of the body of GET /big, which exceeds the buffers of the sockets.
inline constexpr std::size_t big_size = std::size_t{32} << 20U;

/// A copy of an `exchange`.
struct recorded_exchange {
    std::string route, method, peer, request_id, refusal;
    int status = 0;
};

/// Makes handlers wait until the test opens it. Used on the I/O thread.
class gate {
public:
    explicit gate(async::executor const& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}
    async::task<> wait() {
        if (!is_open_) co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    void open() {
        is_open_ = true;
        timer_.cancel();
    }

private:
    boost::asio::steady_timer timer_;
    bool is_open_ = false;
};

/// A server with a few routes on a loopback port.
class server_fixture {
public:
    explicit server_fixture(http::server_options options = {}, std::vector<http::route> more = {});
    ~server_fixture();

    std::uint16_t port() const { return port_; }
    io_thread& io() { return io_; }
    http::server& server() { return *server_; }
    std::vector<recorded_exchange> exchanges();
    int handled() const { return handled_; }
    void open_gate();
    /// Waits until `count` requests have reached the gate.
    void wait_for_requests_at_gate(int count);

    raw_socket connect() { return raw_socket(port_); }
    /// Sends bytes on a new connection and reads all responses until the server closes it.
    std::vector<raw_answer> answers(std::string_view bytes);
    /// The same, for exactly one response.
    raw_answer answer(std::string_view bytes);

private:
    std::vector<http::route> routes();
    http::handler counted(http::handler then);
    async::task<http::response> wait_for_gate();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<recorded_exchange> exchanges_;
    int waiting_ = 0;
    std::atomic<int> handled_ = 0;
    std::unique_ptr<gate> gate_;
    std::unique_ptr<http::server> server_;
    std::uint16_t port_ = 0;
    io_thread io_;  // last, so that its thread ends before the members that it uses
};

inline std::string get_request(std::string const& path, std::string const& fields = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}
inline std::string post_request(
    std::string const& path, std::string const& body, std::string const& fields = ""
) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}
inline std::string const last_request = get_request("/", "Connection: close\r\n");

}  // namespace tocsin::tests
