#include <tocsin/async/io.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace tocsin::async {

namespace asio = boost::asio;

namespace {

/// What a task needs to be cancelled.
struct running {
    asio::cancellation_signal signal;
    bool cancelled = false;
};

bool is_abort(std::exception_ptr const& left) {
    try {
        std::rethrow_exception(left);
    } catch (boost::system::system_error const& failed) {
        return failed.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

/// Shared with the tasks' completions, which may come after the group is gone.
struct task_group::impl {
    executor on;
    std::function<void(std::exception_ptr)> on_error;
    std::vector<std::shared_ptr<running>> tasks;
    std::vector<std::shared_ptr<asio::steady_timer>> waiters;

    void ended(std::shared_ptr<running> const& which, std::exception_ptr left) {
        std::erase(tasks, which);
        if (tasks.empty()) {
            for (auto const& waiter : waiters) waiter->cancel();
        }
        if (!left || (which->cancelled && is_abort(left))) return;
        if (!on_error) std::rethrow_exception(std::move(left));
        on_error(std::move(left));
    }
};

task_group::task_group(executor on) : impl_(std::make_shared<impl>()) {
    impl_->on = std::move(on);
}

task_group::~task_group() {
    // It usually refers to the owner, which is going too.
    impl_->on_error = [](std::exception_ptr const&) {};
}

void task_group::spawn(task<> work) {
    auto const started = std::make_shared<running>();
    impl_->tasks.push_back(started);
    auto ended = [group = impl_, started](std::exception_ptr left) {
        group->ended(started, std::move(left));
    };
    asio::co_spawn(
        impl_->on, std::move(work), asio::bind_cancellation_slot(started->signal.slot(), std::move(ended))
    );
}

void task_group::on_error(std::function<void(std::exception_ptr)> handler) {
    impl_->on_error = std::move(handler);
}

std::size_t task_group::size() const noexcept {
    return impl_->tasks.size();
}

void task_group::cancel() {
    // A copy: a task may end, or start another one, while it is cancelled.
    auto const tasks = impl_->tasks;
    for (auto const& each : tasks) {
        each->cancelled = true;
        each->signal.emit(asio::cancellation_type::terminal);
    }
}

task<bool> task_group::wait_all(std::chrono::steady_clock::duration limit) {
    auto const group = impl_;
    if (group->tasks.empty()) co_return true;
    auto const timer = std::make_shared<asio::steady_timer>(group->on, limit);
    group->waiters.push_back(timer);
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    std::erase(group->waiters, timer);
    co_return group->tasks.empty();
}

}  // namespace tocsin::async
