#include "io_loop_impl.hpp"

#include <tocsin/async/io.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace tocsin::async {

namespace asio = boost::asio;

void io_loop::impl::wait_for_signal() {
    signals.async_wait([this](boost::system::error_code error, int signal) {
        if (error) return;
        wait_for_signal();
        on_signal(signal);
    });
}

io_loop::io_loop() : impl_(std::make_unique<impl>()) {}
io_loop::~io_loop() = default;

executor io_loop::get_executor() noexcept {
    return impl_->context.get_executor();
}

void io_loop::run() {
    // A context that has ended must be restarted before it can run again. Not right after it has ended: the
    // last work that ends on another thread stops it, and may do so later.
    if (std::exchange(impl_->has_run, true)) impl_->context.restart();
    impl_->context.run();
}

void io_loop::stop() {
    impl_->context.stop();
}

void io_loop::on_termination(std::function<void(int)> handler) {
    bool const is_first = !impl_->on_signal;
    impl_->on_signal = std::move(handler);
    if (!is_first) return;
    impl_->signals.add(SIGTERM);
    impl_->signals.add(SIGINT);
    impl_->wait_for_signal();
}

task<> sleep_for(std::chrono::steady_clock::duration delay) {
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(asio::use_awaitable);
}

void run_to_end(task<> work) {
    asio::io_context context(1);
    std::exception_ptr exception;
    asio::co_spawn(context, std::move(work), [&exception](std::exception_ptr thrown) {
        exception = std::move(thrown);
    });
    context.run();
    if (exception) std::rethrow_exception(exception);
}

}  // namespace tocsin::async
