#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tocsin::identity {

/// Slows down guessing: after a few failures for one account from one network, each further failure doubles
/// the wait. Other networks are not affected, so nobody can lock somebody else out. Kept in memory, bounded,
/// forgotten after a quiet while. Not thread-safe: belongs to the I/O thread.
class sign_in_throttle {
public:
    using steady = std::chrono::steady_clock;
    static constexpr unsigned free_failures = 5;
    static constexpr std::chrono::seconds longest_wait{300};
    static constexpr std::chrono::minutes forgotten_after{30};
    static constexpr std::size_t most_entries = 20'000;

    /// Charges one attempt before it is judged, so that parallel guesses are counted too. Nothing where it
    /// may go on, else how long to wait (the refused attempt is not charged).
    std::optional<std::chrono::seconds> charge(
        std::string_view account, std::string_view network, steady::time_point now
    );
    /// How long the next attempt would have to wait; zero where it need not.
    std::chrono::seconds wait(std::string_view account, std::string_view network, steady::time_point now)
        const;
    /// The attempt could not be judged (the database was away): takes its charge back.
    void refund(std::string_view account, std::string_view network);
    /// The password was right: forgets the pair.
    void succeeded(std::string_view account, std::string_view network);

private:
    struct entry {
        unsigned failures = 0;
        steady::time_point last;
    };
    static std::chrono::seconds wait_after(unsigned failures) noexcept;
    static std::string key_of(std::string_view account, std::string_view network);
    void make_room(steady::time_point now);

    std::unordered_map<std::string, entry> entries_;
};

}  // namespace tocsin::identity
