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

milliseconds random_up_to(milliseconds max) {
    auto const choices = static_cast<std::uint64_t>(std::max<std::int64_t>(max.count(), 0)) + 1;
    return milliseconds(static_cast<std::int64_t>(crypto::random_u64() % choices));
}

milliseconds next_delay(milliseconds every) {
    return every - every / 10 + random_up_to(every / 5);
}

std::string text_of(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& exception) {
        return exception.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

}  // namespace

struct scheduler::impl {
    impl(async::executor on, observe::metrics& of) : executor(on), metrics(of), running(on) {
        running.on_error([](std::exception_ptr failure) {
            observe::log_error("job loop ended", {{"why", text_of(failure)}});
        });
    }

    async::task<> repeat(job repeated, asio::steady_timer& timer) {
        auto delay = random_up_to(std::min(repeated.every, first_delay_max));
        while (co_await wait(timer, delay)) {
            co_await run_once(repeated);
            delay = next_delay(repeated.every);
        }
    }

    /// False where the scheduler stops during the delay.
    async::task<bool> wait(asio::steady_timer& timer, milliseconds delay) {
        if (stopping) co_return false;
        timer.expires_after(delay);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return !stopping;
    }

    async::task<> run_once(job const& started) {
        std::exception_ptr failure;
        try {
            co_await started.run();
        } catch (...) {
            failure = std::current_exception();
        }
        metrics.count(
            "tocsin_scheduler_runs_total", {{"job", started.name}, {"result", failure ? "failed" : "done"}}
        );
        if (failure) observe::log_error("job failed", {{"job", started.name}, {"why", text_of(failure)}});
    }

    async::executor executor;
    observe::metrics& metrics;
    std::vector<job> jobs;
    std::vector<std::unique_ptr<asio::steady_timer>> timers;
    bool stopping = false;
    async::task_group running;
};

scheduler::scheduler(async::executor executor, observe::metrics& metrics)
    : impl_(std::make_unique<impl>(std::move(executor), metrics)) {}

scheduler::~scheduler() = default;

void scheduler::add(job added) {
    impl_->jobs.push_back(std::move(added));
}

void scheduler::start() {
    for (auto const& each : impl_->jobs) {
        impl_->timers.push_back(std::make_unique<asio::steady_timer>(impl_->executor));
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
