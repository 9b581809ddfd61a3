#pragma once

#include <tocsin/async/task.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace tocsin::async {

/// The event loop of the I/O thread. Its implementation is hidden to keep Asio out of this header.
class io_loop {
public:
    io_loop();
    ~io_loop();
    io_loop(io_loop const&) = delete;
    io_loop& operator=(io_loop const&) = delete;

    executor get_executor() noexcept;
    /// Runs on the calling thread until `stop()`, or until no work is left.
    void run();
    /// Thread-safe.
    void stop();
    /// Calls `handler(signal)` on the loop's thread for each SIGTERM or SIGINT. Waiting for signals is work,
    /// so `run()` then ends only by `stop()`. To be called on the loop's thread, or before `run()`.
    void on_termination(std::function<void(int)> handler);

    struct impl;
    impl& internals() noexcept { return *impl_; }

private:
    std::unique_ptr<impl> impl_;
};

/// Completes after `delay` on the awaiting coroutine's executor. Throws `boost::system::system_error`
/// (operation_aborted) if the awaiting task is cancelled.
task<> sleep_for(std::chrono::steady_clock::duration delay);

/// Runs a coroutine to its end on its own loop, on the calling thread. For commands and tests.
void run_to_end(task<> work);

/// Coroutines that nothing awaits, so that shutdown can cancel them and wait for them. Not thread-safe: used
/// on the executor's thread only. Must outlive its tasks.
class task_group {
public:
    explicit task_group(async::executor executor);
    ~task_group();
    task_group(task_group const&) = delete;
    task_group& operator=(task_group const&) = delete;

    /// Starts `work`. An exception of it goes to the handler of `on_error`; without a handler, it leaves
    /// `io_loop::run()`. The operation_aborted of a cancelled task is not an error.
    void spawn(task<> work);
    void on_error(std::function<void(std::exception_ptr)> handler);
    std::size_t size() const noexcept;
    /// Cancels every task: pending operations complete with operation_aborted.
    void cancel();
    /// Completes when no task is left, or after `limit`. True if no task is left. Must not be awaited by a
    /// task of the group.
    task<bool> wait_all(std::chrono::steady_clock::duration limit);

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::async
