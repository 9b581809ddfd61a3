#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::gateway {

enum class change_kind { incident, page, integration, delivery, reset };
std::string_view to_string(change_kind k) noexcept;

/// A hint that something in an organization changed. Clients read the data itself through the API, where
/// permissions are checked.
struct change {
    std::uint64_t id = 0;
    change_kind kind = change_kind::reset;  ///< reset: read everything again
    std::int64_t incident = 0;              ///< its number, or that of the page; 0 for several or none
};

/// Whose stream it is.
struct subscriber {
    organization_id organization;
    std::string person;   ///< an id of a person or an API token
    std::string session;  ///< `session_name`; empty for an API token
};

/// What notifications call a session: the first 16 hexadecimal digits of its hash.
std::string session_name(std::string_view hash);

/// The changes of all organizations as this process receives them. The newest are kept for streams that
/// reconnect. Belongs to the I/O thread.
class change_feed {
    struct state;

public:
    /// One stream. May outlive the feed.
    class subscription {
    public:
        enum class wake { change, rights, quiet, ended };

        subscription(std::shared_ptr<state> feed, subscriber whose, async::executor executor);
        ~subscription();
        subscription(subscription const&) = delete;
        subscription& operator=(subscription const&) = delete;

        /// Completes at once if a change is pending; otherwise at the next change, when rights may have
        /// changed (streams that are affected at once get turns), after `patience` without either, or when
        /// the feed or the stream has ended.
        async::task<wake> next(std::chrono::milliseconds patience);
        /// The oldest pending change as a server-sent event, or nothing. The event's id contains this
        /// process's name, because each process counts for itself.
        std::optional<std::string> take();

    private:
        friend class change_feed;
        struct impl;
        std::unique_ptr<impl> impl_;
    };

    change_feed();

    /// A notification of the channel tocsin_changes, in the format of schema/deploy/changes.sql. Unknown ones
    /// are ignored.
    void receive(std::string_view notification);
    /// For a gap in the notifications: every stream gets a reset.
    void reset_all();
    /// Ends all subscriptions, including future ones.
    void end_all();

    /// One more ends the oldest one, which may be of a page that was closed a moment ago.
    static constexpr std::size_t max_streams_per_person = 20;
    /// Between two streams that check their rights for the same reason.
    static constexpr std::chrono::milliseconds check_interval{5};

    /// `last_seen` is the id of the last event that the client received, or empty for a client that has just
    /// read everything. An id that is too old, or from another process, begins with a reset.
    std::shared_ptr<subscription> subscribe(
        subscriber whose, std::string_view last_seen, async::executor executor
    );

private:
    std::shared_ptr<state> state_;
};

}  // namespace tocsin::gateway
