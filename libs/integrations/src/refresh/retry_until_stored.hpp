#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/db/errors.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <type_traits>

namespace tocsin::integrations {

/// Stores tokens that Sentry issues only once. Repeats `store`, which runs a transaction, while the database
/// is unavailable, until `deadline`; then throws db::unavailable. The transaction may run again after a
/// commit whose answer was lost, so it must be idempotent.
template <class Store>
std::invoke_result_t<Store&> retry_until_stored(std::chrono::steady_clock::time_point deadline, Store store) {
    constexpr std::chrono::milliseconds pause{250};
    for (;;) {
        try {
            co_return co_await store();
        } catch (db::unavailable const& why) {
            if (std::chrono::steady_clock::now() > deadline) throw;
            observe::log_warn("fresh tokens not stored yet", {{"why", why.what()}});
        }
        co_await async::sleep_for(pause);
    }
}

}  // namespace tocsin::integrations
