#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tocsin::async {

/// A coroutine on an Asio executor. It starts when it is awaited, or spawned in a `task_group`, and stays on
/// its executor: after every `co_await` it continues on the thread on which it started.
template <class T = void>
using task = boost::asio::awaitable<T>;

using executor = boost::asio::any_io_executor;

}  // namespace tocsin::async
