#include "connection.hpp"

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

constexpr std::chrono::seconds until_next_try{1};
/// How often a quiet channel looks whether it is to stop, and whether its connection still lives.
constexpr long look_seconds = 1;
constexpr int looks_until_probe = 20;

class receiver final : public pqxx::notification_receiver {
public:
    receiver(pqxx::connection_base& conn, std::string const& channel, std::function<void(std::string)> told)
        : pqxx::notification_receiver(conn, channel), told_(std::move(told)) {}
    void operator()(std::string const& payload, int) override { told_(payload); }

private:
    std::function<void(std::string)> told_;
};

}  // namespace

struct listener::impl : std::enable_shared_from_this<listener::impl> {
    impl(async::executor where, pool_options how, std::string name, handlers whom)
        : on(std::move(where)), options(std::move(how)), channel(std::move(name)), told(std::move(whom)) {}

    void run() {
        while (!stopping) {
            try {
                follow();
            } catch (std::exception const& why) {
                observe::log_warn("changes are not followed", {{"why", first_line(why.what())}});
            }
            std::unique_lock held(gate);
            wake.wait_for(held, until_next_try, [this] { return stopping.load(); });
        }
    }

    void follow() {
        pqxx::connection conn(connection_uri(options));
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
        conn.inhibit_reactivation(true);  // it would come back without a word about the gap
#pragma clang diagnostic pop
        receiver const messages(conn, channel, [this](std::string payload) {
            tell([payload = std::move(payload)](impl& self) { self.told.message(payload); });
        });
        tell([](impl& self) { self.told.following(); });
        for (int looks = 1; !stopping; ++looks) {
            conn.await_notification(look_seconds, 0);
            // A peer that vanished without a word is found out by asking.
            if (looks % looks_until_probe == 0) pqxx::nontransaction(conn).exec("select 1");
        }
    }

    void tell(std::function<void(impl&)> what) {
        boost::asio::post(on, [self = shared_from_this(), what = std::move(what)] {
            if (!self->stopping) what(*self);
        });
    }

    static std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

    async::executor on;
    pool_options options;
    std::string channel;
    handlers told;
    std::atomic<bool> stopping = false;
    std::mutex gate;
    std::condition_variable wake;
    std::thread thread;
};

listener::listener(async::executor on, pool_options options, std::string channel, handlers told)
    : impl_(std::make_shared<impl>(std::move(on), std::move(options), std::move(channel), std::move(told))) {
    impl_->thread = std::thread([self = impl_] { self->run(); });
}

listener::~listener() {
    {
        std::lock_guard const held(impl_->gate);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    impl_->thread.join();
}

}  // namespace tocsin::db
