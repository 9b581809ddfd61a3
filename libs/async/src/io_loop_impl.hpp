#pragma once

#include <tocsin/async/io.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace tocsin::async {

struct io_loop::impl {
    /// 1: only one thread runs it, so Asio can skip some locking. Other threads may still post to it.
    boost::asio::io_context context{1};
    boost::asio::signal_set signals{context};
    std::function<void(int)> on_signal;
    bool has_run = false;

    void wait_for_signal();
};

}  // namespace tocsin::async
