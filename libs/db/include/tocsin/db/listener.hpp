#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tocsin::db {

/// Listens to a NOTIFY channel on a connection and a thread of its own. Reconnects when the connection is
/// lost; messages sent in between are lost.
class listener {
public:
    struct handlers {
        std::function<void(std::string payload)> message;
        /// Called when listening starts: at first, and after each gap.
        std::function<void()> listening;
    };

    /// Connects with the URL and role of `options`. The handlers run on `on`. `channel` is an SQL identifier.
    listener(async::executor on, pool_options options, std::string channel, handlers callbacks);
    /// Joins the thread, which takes up to a second. No handler runs after that.
    ~listener();
    listener(listener const&) = delete;
    listener& operator=(listener const&) = delete;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::db
