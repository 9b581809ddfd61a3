#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tocsin::async {

/// A lazily started coroutine on an Asio executor. It starts when it is awaited (or given to a `task_group`)
/// and stays on its executor: after every `co_await` the coroutine is back on the thread it began on.
template <class T = void>
using task = boost::asio::awaitable<T>;

using executor = boost::asio::any_io_executor;

}  // namespace tocsin::async
