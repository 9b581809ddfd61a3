#include "connection.hpp"
#include "socket_watch.hpp"

#include <tocsin/db/listener.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/post.hpp>
#include <pqxx/pqxx>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tocsin::db {

namespace {

constexpr std::chrono::seconds reconnect_delay{1};
/// How long to wait for a notification before checking whether to stop.
constexpr long wait_seconds = 1;
/// After this many waits, a query checks whether the connection is alive.
constexpr int waits_per_probe = 3;
constexpr std::chrono::seconds probe_deadline{3};

class receiver final : public pqxx::notification_receiver {
public:
    receiver(
        pqxx::connection_base& conn, std::string const& channel, std::function<void(std::string)> handler
    )
        : pqxx::notification_receiver(conn, channel), handler_(std::move(handler)) {}
    void operator()(std::string const& payload, int) override { handler_(payload); }

private:
    std::function<void(std::string)> handler_;
};

}  // namespace

struct listener::impl : std::enable_shared_from_this<listener::impl> {
    impl(async::executor executor, pool_options with, std::string name, handlers callbacks)
        : on(std::move(executor)),
          options(std::move(with)),
          channel(std::move(name)),
          call(std::move(callbacks)) {}

    void run() {
        while (!stopping) {
            try {
                listen();
            } catch (std::exception const& why) {
                observe::log_warn("the database channel is not available", {{"why", first_line(why.what())}});
            }
            std::unique_lock lock(mutex);
            wake.wait_for(lock, reconnect_delay, [this] { return stopping.load(); });
        }
    }

    void listen() {
        pqxx::connection conn(connection_uri(options));
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
        conn.inhibit_reactivation(true);  // a silent reconnect would hide the gap
#pragma clang diagnostic pop
        receiver const messages(conn, channel, [this](std::string payload) {
            post([payload = std::move(payload)](impl& self) { self.call.message(payload); });
        });
        post([](impl& self) { self.call.listening(); });
        for (int waits = 1; !stopping; ++waits) {
            conn.await_notification(wait_seconds, 0);
            // Detects a peer that disappeared without closing the connection.
            if (waits % waits_per_probe == 0) probe(conn);
        }
    }

    void probe(pqxx::connection& conn) {
        sockets.begin(0, conn.sock(), std::chrono::steady_clock::now() + probe_deadline);
        try {
            pqxx::nontransaction(conn).exec("select 1");
        } catch (...) {
            sockets.end(0);
            throw;
        }
        sockets.end(0);
    }

    void post(std::function<void(impl&)> handler) {
        boost::asio::post(on, [self = shared_from_this(), handler = std::move(handler)] {
            if (!self->stopping) handler(*self);
        });
    }

    static std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

    async::executor on;
    pool_options options;
    std::string channel;
    handlers call;
    std::atomic<bool> stopping = false;
    socket_watch sockets{1, [] {}};
    std::mutex mutex;
    std::condition_variable wake;
    std::thread thread;
};

listener::listener(async::executor on, pool_options options, std::string channel, handlers callbacks)
    : impl_(
          std::make_shared<impl>(std::move(on), std::move(options), std::move(channel), std::move(callbacks))
      ) {
    impl_->thread = std::thread([self = impl_] { self->run(); });
}

listener::~listener() {
    {
        std::lock_guard const lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    impl_->thread.join();
}

}  // namespace tocsin::db
