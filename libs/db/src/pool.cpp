#include "connection.hpp"
#include "errors.hpp"
#include "socket_watch.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace tocsin::db {

namespace {

using steady = std::chrono::steady_clock;

/// Completes a waiting coroutine, either by the worker or by its cancellation: the first to claim it
/// delivers. The handler always runs on its own executor.
class completion {
public:
    using handler_type = asio::any_completion_handler<void(std::exception_ptr)>;

    template <class Handler>
    explicit completion(Handler handler)
        : executor_(asio::get_associated_executor(handler)),
          alive_(asio::make_work_guard(executor_)),
          handler_(std::move(handler)) {}

    /// Of the wrapped handler, because any_completion_handler has a slot of its own.
    auto slot() const { return asio::get_associated_cancellation_slot(handler_); }
    bool claimed() const noexcept { return claimed_.load(std::memory_order_acquire); }
    bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_acq_rel); }

    void deliver(std::exception_ptr why) {
        asio::post(executor_, [handler = std::move(handler_), why = std::move(why)]() mutable {
            if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
                slot.clear();
            std::move(handler)(std::move(why));
        });
        alive_.reset();
    }

private:
    std::atomic<bool> claimed_{false};
    asio::any_io_executor executor_;
    asio::executor_work_guard<asio::any_io_executor> alive_;
    handler_type handler_;
};

struct job {
    tenant who;
    std::function<void(transaction&)> work;
    steady::time_point queued_until;
    std::shared_ptr<completion> done;

    void finish(std::exception_ptr why) const {
        if (done->claim()) done->deliver(std::move(why));
    }
};

constexpr int max_runs = 5;

}  // namespace

struct pool::impl {
    explicit impl(pool_options with)
        : options(std::move(with)), sockets(options.connections, [this] { report_shutdown(); }) {
        for (std::size_t i = 0; i < options.connections; ++i) workers.emplace_back([this, i] { work(i); });
    }

    ~impl() {
        {
            std::lock_guard lock(mutex);
            stopping = true;
        }
        ready.notify_all();
        workers.clear();  // joins
    }

    void enqueue(job next) {
        bool full = false;
        {
            std::lock_guard lock(mutex);
            full = stopping || queue.size() >= options.queue;
            if (!full) queue.push_back(next);
        }
        if (full)
            next.finish(std::make_exception_ptr(unavailable("the database queue is full")));
        else
            ready.notify_one();
    }

    void work(std::size_t self) {
        std::unique_ptr<connection> conn;
        while (auto const next = take()) {
            if (next->done->claimed()) continue;
            if (steady::now() > next->queued_until) {
                next->finish(std::make_exception_ptr(unavailable("the database queue was too slow")));
                continue;
            }
            ++busy;
            std::exception_ptr why;
            try {
                if (!attempt(self, conn, *next)) attempt_again(self, conn, *next);
            } catch (...) {
                why = std::current_exception();
            }
            sockets.end(self);
            if (conn && !conn->usable()) disconnect(conn);
            --busy;
            next->finish(std::move(why));
        }
        if (conn) disconnect(conn);
    }

    std::optional<job> take() {
        std::unique_lock lock(mutex);
        ready.wait(lock, [this] { return stopping || !queue.empty(); });
        if (queue.empty()) return std::nullopt;  // stopping, and drained
        job next = std::move(queue.front());
        queue.pop_front();
        return next;
    }

    void run(connection& conn, job const& next) {
        for (int runs = 1;; ++runs) {
            try {
                conn.transact(next.who, next.work);
                return;
            } catch (serialization_conflict const&) {
                if (runs == max_runs) throw unavailable("transactions kept colliding");
                // Full jitter of a few milliseconds: the other transaction is short.
                thread_local std::minstd_rand random{std::random_device{}()};
                std::this_thread::sleep_for(std::chrono::microseconds(random() % (2000u << runs)));
            }
        }
    }

    /// Returns false if the connection was already broken before the work began.
    bool attempt(std::size_t self, std::unique_ptr<connection>& conn, job const& next) {
        // A server that cut one connection, or left it without an answer, may be gone: after failing over,
        // each idle connection would otherwise wait for its own deadline.
        if (conn && connected_at[self] <= lost_at.load()) disconnect(conn);
        if (!conn) {
            connected_at[self] = steady::now();
            conn = std::make_unique<connection>(options);
            ++connected;
        }
        sockets.begin(self, conn->socket(), steady::now() + options.work_deadline);
        try {
            run(*conn, next);
            return true;
        } catch (stale_connection const&) {
            sockets.end(self);
            disconnect(conn);
            lost_at = steady::now();
            return false;
        }
    }

    /// A restart of the server breaks the connection of every worker, which must not fail the work.
    void attempt_again(std::size_t self, std::unique_ptr<connection>& conn, job const& next) {
        if (!attempt(self, conn, next)) throw unavailable("the database ended the connection");
    }

    void disconnect(std::unique_ptr<connection>& conn) {
        conn.reset();
        --connected;
    }

    void report_shutdown() {
        lost_at = steady::now();
        observe::log_warn(
            "database connection shut down: no answer within its deadline", {{"pool", options.name}}
        );
    }

    pool_options const options;

    std::mutex mutex;
    std::condition_variable ready;
    std::deque<job> queue;
    bool stopping = false;

    std::vector<steady::time_point> connected_at = std::vector<steady::time_point>(options.connections);
    std::atomic<steady::time_point> lost_at = steady::time_point::min();  ///< the last lost connection

    std::atomic<std::size_t> connected{0};
    std::atomic<std::size_t> busy{0};

    socket_watch sockets;
    std::vector<std::jthread> workers;
};

pool::pool(pool_options options) : impl_(std::make_unique<impl>(std::move(options))) {}

pool::~pool() = default;

pool_state pool::state() const noexcept {
    std::lock_guard lock(impl_->mutex);
    return {impl_->connected, impl_->busy, impl_->queue.size()};
}

async::task<> pool::submit(tenant who, std::function<void(transaction&)> work) {
    return asio::async_initiate<asio::use_awaitable_t<> const&, void(std::exception_ptr)>(
        [this, who](auto handler, std::function<void(transaction&)> unit) {
            auto done = std::make_shared<completion>(std::move(handler));
            if (auto slot = done->slot(); slot.is_connected())
                slot.assign([weak = std::weak_ptr(done)](asio::cancellation_type type) {
                    auto const self = weak.lock();
                    if (type == asio::cancellation_type::none || !self || !self->claim()) return;
                    self->deliver(
                        std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted))
                    );
                });
            impl_->enqueue(job{who, std::move(unit), steady::now() + impl_->options.max_wait, done});
        },
        asio::use_awaitable,
        std::move(work)
    );
}

}  // namespace tocsin::db
