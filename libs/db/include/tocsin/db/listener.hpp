#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tocsin::db {

/// Follows a channel of PostgreSQL's NOTIFY on a connection and a thread of its own. A connection that is
/// lost is made again; what was said meanwhile is told to nobody, so the gap itself is told.
class listener {
public:
    struct handlers {
        std::function<void(std::string payload)> message;
        /// The channel is followed from now on: at first, and again after a gap.
        std::function<void()> following;
    };

    /// `options` says where and as whom to connect. The handlers run on `on`. `channel` is an SQL identifier.
    listener(async::executor on, pool_options options, std::string channel, handlers told);
    /// Joins the thread, which takes up to a second. No handler runs afterwards.
    ~listener();
    listener(listener const&) = delete;
    listener& operator=(listener const&) = delete;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::db
