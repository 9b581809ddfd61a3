#pragma once

#include <tocsin/async/task.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace tocsin::async {

/// The one I/O thread's event loop, kept behind a compiled front.
class io_loop {
public:
    io_loop();
    ~io_loop();
    io_loop(io_loop const&) = delete;
    io_loop& operator=(io_loop const&) = delete;

    executor get_executor() noexcept;
    /// Runs on the calling thread until `stop()` or until there is nothing left to do.
    void run();
    /// Thread-safe.
    void stop();
    /// Calls `handler(signal)` on the loop's thread at the first SIGTERM or SIGINT; a second one calls it
    /// again. Waiting for signals is something to do: from then on `run()` ends by `stop()`. To be called on
    /// the loop's thread or before `run()`.
    void on_termination(std::function<void(int)> handler);

    struct impl;
    impl& internals() noexcept { return *impl_; }

private:
    std::unique_ptr<impl> impl_;
};

/// Completes after `delay` on the awaiting coroutine's executor; throws `boost::system::system_error`
/// (operation_aborted) where the awaiting task is cancelled.
task<> sleep_for(std::chrono::steady_clock::duration delay);

/// Runs a coroutine to its end on a loop of its own, on the calling thread: for commands and tests.
void run_to_end(task<> work);

/// Coroutines that run on their own, counted, so that shutdown can cancel them and wait for them.
/// Not thread-safe: used on the executor's thread only. Must outlive what it runs.
class task_group {
public:
    explicit task_group(executor on);
    ~task_group();
    task_group(task_group const&) = delete;
    task_group& operator=(task_group const&) = delete;

    /// Starts `work`. An exception that leaves it is logged by `on_error` (set in the constructor of the
    /// owner), never lost: without a handler it leaves `io_loop::run()`. The operation_aborted of a task that
    /// was cancelled is no error.
    void spawn(task<> work);
    void on_error(std::function<void(std::exception_ptr)> handler);
    std::size_t size() const noexcept;
    /// Asks every task to end: pending operations complete with operation_aborted.
    void cancel();
    /// Completes when none is left, or after `limit`: true where none is left. Not to be awaited by a task of
    /// the group.
    task<bool> wait_all(std::chrono::steady_clock::duration limit);

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::async
