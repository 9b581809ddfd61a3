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

/// An I/O thread as the program has one.
class io_thread {
public:
    io_thread() : guard_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    ~io_thread() {
        guard_.reset();
        thread_.join();  // hangs where something is left waiting: that is a failure too
    }
    io_thread(io_thread const&) = delete;
    io_thread& operator=(io_thread const&) = delete;

    async::executor executor() { return context_.get_executor(); }

    /// Calls `work` on the thread and waits for what it returns or throws.
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
            throw std::runtime_error("hangs");
        return done.get();
    }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

/// Of the body that GET /big answers with: more than the sockets' buffers hold.
inline constexpr std::size_t big_size = std::size_t{32} << 20U;

/// What `on_exchange` told, owned.
struct told {
    std::string route, method, peer, request_id, refusal;
    int status = 0;
};

/// Lets handlers wait until the test says go. Used on the I/O thread.
class gate {
public:
    explicit gate(async::executor const& on) : timer_(on, boost::asio::steady_timer::time_point::max()) {}
    async::task<> wait() {
        if (!open_) co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    void open() {
        open_ = true;
        timer_.cancel();
    }

private:
    boost::asio::steady_timer timer_;
    bool open_ = false;
};

/// A server of a few routes on a loopback port.
class server_fixture {
public:
    explicit server_fixture(http::server_options options = {}, std::vector<http::route> more = {});
    ~server_fixture();

    std::uint16_t port() const { return port_; }
    io_thread& io() { return io_; }
    http::server& server() { return *server_; }
    std::vector<told> exchanges();
    int handled() const { return handled_; }
    void open_gate();
    /// Waits until that many requests stand before the gate.
    void wait_for_waiting(int count);

    raw_socket connect() { return raw_socket(port_); }
    /// Sends bytes on a fresh connection and reads every answer until the server closes.
    std::vector<raw_answer> answers(std::string_view bytes);
    /// The same, for exactly one answer.
    raw_answer answer(std::string_view bytes);

private:
    std::vector<http::route> routes();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<told> exchanges_;
    int waiting_ = 0;
    std::atomic<int> handled_ = 0;
    std::unique_ptr<gate> gate_;
    std::unique_ptr<http::server> server_;
    std::uint16_t port_ = 0;
    io_thread io_;  // last: its thread ends before what it uses
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
