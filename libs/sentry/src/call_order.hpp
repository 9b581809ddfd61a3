#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/sentry/caller.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

namespace tocsin::sentry {

/// Which of the calls that wait for a host is next: the most urgent ones first, and among those, the
/// organizations in turn. Calls of an integration that Sentry has asked for a pause wait for its end. No I/O
/// and no clock.
class call_order {
public:
    using clock = std::chrono::steady_clock;

    /// A waiting call. Its address identifies it.
    struct place {
        caller who;
        clock::time_point since;
    };

    /// Of the calls of one organization, except for those that refresh tokens. Both at least 1.
    struct limits {
        std::size_t running;
        std::size_t waiting;
    };

    explicit call_order(limits per_organization) : limits_(per_organization) {}

    /// Whether another call of this organization may wait.
    bool has_room_for(caller const& who) const;
    void add(place& waiting);
    void remove(place& waiting) noexcept;
    /// Nullptr if no call may start yet.
    place* next(clock::time_point now) const;
    /// In the order of their arrival.
    std::list<place*> const& waiting() const noexcept { return waiting_; }

    /// The call that `next` returned starts; `end` must follow. It still has to be removed.
    void start(place const& started);
    void end(caller const& who) noexcept;

    /// Sentry has refused a call because there were too many. Returns whether that concerns the whole host:
    /// several integrations of several organizations were refused a short time ago.
    bool pause(caller const& who, clock::duration pause, clock::time_point now);
    clock::duration pause_left(caller const& who, clock::time_point now) const;

    /// After this time, a call in the background waits like those for people.
    static constexpr std::chrono::seconds patience{5};
    /// Refusals in this time count together.
    static constexpr std::chrono::seconds refusal_window{10};

private:
    struct organization_state {
        std::size_t waiting = 0;
        std::size_t limited_waiting = 0;  ///< of these, the ones that `limits` concern
        std::size_t running = 0;          ///< only those that `limits` concern
        std::uint64_t last_turn = 0;
    };
    struct refusal {
        organization_id organization;
        clock::time_point at;
        clock::time_point paused_until;
    };

    void forget_if_idle(organization_id organization) noexcept;

    limits limits_;
    std::list<place*> waiting_;
    std::map<organization_id, organization_state> organizations_;
    std::map<integration_id, refusal> refusals_;
    std::uint64_t turns_ = 0;
};

}  // namespace tocsin::sentry
