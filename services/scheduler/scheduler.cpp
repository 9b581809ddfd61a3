#include "scheduler/scheduler.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace tocsin::scheduler {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_delay_max{1'000};

milliseconds drawn_up_to(milliseconds most) {
    auto const choices = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 0)) + 1;
    return milliseconds(static_cast<std::int64_t>(crypto::random_u64() % choices));
}

milliseconds next_delay(milliseconds every) {
    return every - every / 10 + drawn_up_to(every / 5);
}

std::string text_of(std::exception_ptr const& why) {
    try {
        std::rethrow_exception(why);
    } catch (std::exception const& known) {
        return known.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

}  // namespace

struct scheduler::impl {
    impl(async::executor executor, observe::metrics& counted)
        : on(executor), metrics(counted), running(executor) {
        running.on_error([](std::exception_ptr why) {
            observe::log_error("job loop ended", {{"why", text_of(why)}});
        });
    }

    async::task<> repeat(job what, asio::steady_timer& timer) {
        auto delay = drawn_up_to(std::min(what.every, first_delay_max));
        while (co_await is_time(timer, delay)) {
            co_await run_once(what);
            delay = next_delay(what.every);
        }
    }

    /// False where the scheduler stops before `delay` is over.
    async::task<bool> is_time(asio::steady_timer& timer, milliseconds delay) {
        if (stopping) co_return false;
        timer.expires_after(delay);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return !stopping;
    }

    async::task<> run_once(job const& what) {
        std::exception_ptr failed;
        try {
            co_await what.run();
        } catch (...) {
            failed = std::current_exception();
        }
        metrics.count(
            "tocsin_scheduler_runs_total", {{"job", what.name}, {"result", failed ? "failed" : "done"}}
        );
        if (failed) observe::log_error("job failed", {{"job", what.name}, {"why", text_of(failed)}});
    }

    async::executor on;
    observe::metrics& metrics;
    std::vector<job> jobs;
    std::vector<std::unique_ptr<asio::steady_timer>> timers;
    bool stopping = false;
    async::task_group running;
};

scheduler::scheduler(async::executor on, observe::metrics& metrics)
    : impl_(std::make_unique<impl>(std::move(on), metrics)) {}

scheduler::~scheduler() = default;

void scheduler::add(job what) {
    impl_->jobs.push_back(std::move(what));
}

void scheduler::start() {
    for (auto const& each : impl_->jobs) {
        impl_->timers.push_back(std::make_unique<asio::steady_timer>(impl_->on));
        impl_->running.spawn(impl_->repeat(each, *impl_->timers.back()));
    }
}

void scheduler::stop() {
    impl_->stopping = true;
    for (auto const& timer : impl_->timers) timer->cancel();
}

async::task<bool> scheduler::wait_for_running(std::chrono::milliseconds limit) {
    co_return co_await impl_->running.wait_all(limit);
}

}  // namespace tocsin::scheduler
