#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace tocsin::integrations {

/// Stores what Sentry gives once and cannot give again: the transaction is begun anew while the database is
/// away, until `until`; then throws db::unavailable. `work` may run after a commit whose answer was lost, so
/// twice must be as good as once.
template <class Work>
async::task<std::invoke_result_t<Work, db::transaction&>> insist(
    db::pool& pool, db::tenant within, std::chrono::steady_clock::time_point until, Work work
) {
    constexpr std::chrono::milliseconds again{250};
    for (;;) {
        try {
            co_return co_await pool.transact(within, work);
        } catch (db::unavailable const& why) {
            if (std::chrono::steady_clock::now() > until) throw;
            observe::log_warn("fresh tokens not stored yet", {{"why", why.what()}});
        }
        co_await async::sleep_for(again);
    }
}

}  // namespace tocsin::integrations
