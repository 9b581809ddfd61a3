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

enum class change_kind { incident, integration, delivery, reset };
std::string_view to_string(change_kind k) noexcept;

/// A hint that something of an organization changed; the thing itself is read by whoever may.
struct change {
    std::uint64_t id = 0;
    change_kind kind = change_kind::reset;  ///< reset: read everything again
    std::int64_t incident = 0;              ///< its number; 0: several, or none
};

/// The changes of all organizations as this process hears of them, the newest kept for readers who come back.
/// Belongs to the I/O thread.
class change_feed {
    struct state;

public:
    /// One reader. Independent of the feed's life.
    class subscription {
    public:
        enum class why { change, rights, quiet, ended };

        subscription(std::shared_ptr<state> of, organization_id organization, async::executor on);
        ~subscription();
        subscription(subscription const&) = delete;
        subscription& operator=(subscription const&) = delete;

        /// Completes at once where a change waits, else at the next change, when rights are to be looked at
        /// again, when nothing happened for `patience`, or when the feed has ended.
        async::task<why> next(std::chrono::milliseconds patience);
        /// The oldest change that was not taken, as a server-sent event; nothing where none waits. Its id
        /// names this process, so that another one's is not mistaken for ours.
        std::optional<std::string> take();

    private:
        friend class change_feed;
        struct impl;
        std::unique_ptr<impl> impl_;
    };

    change_feed();

    /// A message of the channel tocsin_changes, in the form that
    /// schema/deploy/changes.sql gives; what it cannot read is ignored.
    void take(std::string_view message);
    /// Changes may have been missed: everybody reads again.
    void gap();
    /// Every subscription ends, also those that come later.
    void end_all();

    /// `last_seen`: the id that the reader was told last, or empty for one who has just read everything. An
    /// id that is too old, or another process's, begins with a reset.
    std::shared_ptr<subscription> subscribe(
        organization_id of, std::string_view last_seen, async::executor on
    );

private:
    std::shared_ptr<state> state_;
};

}  // namespace tocsin::gateway
