#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tocsin::http {

/// The bytes of message bodies in memory, counted as they arrive. If there is no room for more, the transfer
/// with the earliest deadline is dropped: it delivered least lately. No I/O. Used on one thread only.
class byte_budget {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::size_t total;
        std::size_t per_owner;
        /// A part of `total` that only bodies of up to `small_body` bytes may take.
        std::size_t small_reserve;
    };
    static constexpr std::size_t small_body = std::size_t{64} * 1024;

    explicit byte_budget(limits allowed) noexcept : limits_(allowed) {}
    byte_budget(byte_budget const&) = delete;
    byte_budget& operator=(byte_budget const&) = delete;

    /// The part of one message, until `release()` or its destruction.
    class share {
    public:
        /// `on_drop` ends the transfer. It is called while another share grows, and must not touch shares.
        share(byte_budget& budget, std::function<void()> on_drop)
            : budget_(budget), on_drop_(std::move(on_drop)) {}
        ~share() { release(); }
        share(share const&) = delete;
        share& operator=(share const&) = delete;

        /// Who may have only `per_owner` bytes; empty: without that limit. To be set before it grows.
        void set_owner(std::string owner) { owner_ = std::move(owner); }
        /// Until when the transfer must continue. time_point::max(): it cannot be dropped.
        void set_deadline(time_point deadline);
        /// `size` includes what it has. False, without a change, if there is no room, even after dropping.
        bool grow_to(std::size_t size);
        void release() noexcept;
        bool was_dropped() const noexcept { return dropped_; }

    private:
        friend class byte_budget;
        byte_budget& budget_;
        std::function<void()> on_drop_;
        std::string owner_;
        time_point deadline_ = time_point::max();
        std::size_t size_ = 0;
        bool dropped_ = false;
    };

    std::size_t used() const noexcept { return used_; }

private:
    enum class shortage { none, of_owner, of_large, of_total };
    shortage shortage_of(share const& growing, std::size_t size) const;
    share* droppable(share const& growing, shortage cause) const;
    std::size_t used_by(std::string const& owner) const;

    limits limits_;
    std::size_t used_ = 0;
    std::size_t used_by_large_ = 0;
    std::unordered_map<std::string, std::size_t> owners_;
    std::unordered_set<share*> transfers_;  ///< that can be dropped
};

}  // namespace tocsin::http
