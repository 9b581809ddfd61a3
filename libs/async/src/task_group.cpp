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

struct running_task {
    asio::cancellation_signal signal;
    bool is_cancelled = false;
};

bool is_abort(std::exception_ptr const& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (boost::system::system_error const& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

/// Shared with the completions of the tasks, which may be called after the group is destroyed.
struct task_group::impl {
    async::executor executor;
    std::function<void(std::exception_ptr)> on_error;
    std::vector<std::shared_ptr<running_task>> tasks;
    std::vector<std::shared_ptr<asio::steady_timer>> waiters;

    void remove(std::shared_ptr<running_task> const& task, std::exception_ptr exception) {
        std::erase(tasks, task);
        if (tasks.empty()) {
            for (auto const& waiter : waiters) waiter->cancel();
        }
        if (!exception || (task->is_cancelled && is_abort(exception))) return;
        if (!on_error) std::rethrow_exception(std::move(exception));
        on_error(std::move(exception));
    }
};

task_group::task_group(async::executor executor) : impl_(std::make_shared<impl>()) {
    impl_->executor = std::move(executor);
}

task_group::~task_group() {
    // The handler usually refers to the owner, which is destroyed too.
    impl_->on_error = [](std::exception_ptr const&) {};
}

void task_group::spawn(task<> work) {
    auto const task = std::make_shared<running_task>();
    impl_->tasks.push_back(task);
    auto on_end = [group = impl_, task](std::exception_ptr exception) {
        group->remove(task, std::move(exception));
    };
    asio::co_spawn(
        impl_->executor, std::move(work), asio::bind_cancellation_slot(task->signal.slot(), std::move(on_end))
    );
}

void task_group::on_error(std::function<void(std::exception_ptr)> handler) {
    impl_->on_error = std::move(handler);
}

std::size_t task_group::size() const noexcept {
    return impl_->tasks.size();
}

void task_group::cancel() {
    // A copy, because a task may end or start another one while it is cancelled.
    auto const tasks = impl_->tasks;
    for (auto const& task : tasks) {
        task->is_cancelled = true;
        task->signal.emit(asio::cancellation_type::terminal);
    }
}

task<bool> task_group::wait_all(std::chrono::steady_clock::duration limit) {
    auto const group = impl_;
    if (group->tasks.empty()) co_return true;
    auto const timer = std::make_shared<asio::steady_timer>(group->executor, limit);
    group->waiters.push_back(timer);
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    std::erase(group->waiters, timer);
    co_return group->tasks.empty();
}

}  // namespace tocsin::async
