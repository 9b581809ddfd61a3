#pragma once

#include "tocsin/database_checks.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::program {

/// Repeats the checks of the database while the program serves, for readiness, and refuses to start in an
/// unsafe state. Belongs to the I/O thread; the pool and the states outlive it.
class deployment_watch {
public:
    deployment_watch(db::pool& pool, allowed_states const& allowed) : pool_(pool), allowed_(allowed) {}

    /// Never ends by itself. Stops the loop where the first result refuses the start.
    async::task<> run(async::io_loop& loop);
    /// The last result of one of `readiness_checks`.
    async::task<result<>> ready(std::string_view name) const;
    /// Whether all of them passed in a round that began after `moment`.
    bool passed_after(std::chrono::steady_clock::time_point moment) const noexcept;
    /// Throws std::runtime_error where the start was refused.
    void throw_if_refused() const;

private:
    db::pool& pool_;
    allowed_states const& allowed_;
    findings last_;
    bool has_run_ = false;
    std::optional<std::chrono::steady_clock::time_point> last_passed_;  ///< begin of that round
    std::string refusal_;
};

}  // namespace tocsin::program
