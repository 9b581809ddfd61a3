#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tocsin::test {

/// An empty database with the migrated schema, dropped at the end. Needs TOCSIN_TEST_DATABASE_URL and
/// TOCSIN_TEST_SUPERUSER_URL (see tests/README.md).
class test_database {
public:
    test_database();
    ~test_database();
    test_database(test_database const&) = delete;
    test_database& operator=(test_database const&) = delete;

    /// Options of a pool with two connections, as in the program.
    db::pool_options pool_options(std::string role) const;

    /// Runs a statement as superuser. Returns the first column of its first row, if any.
    std::string sql(std::string const& statement) const;
    /// Sets `tocsin.now()` ahead of the real time ("25 hours").
    void move_time(std::string const& interval) const;

private:
    std::string name_;
    secret url_;
    secret superuser_url_;
};

namespace detail {
template <class T>
async::task<> store_result(async::task<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
}
}  // namespace detail

/// Runs a coroutine to its end on this thread and returns its result.
template <class T>
T run(async::task<T> work) {
    std::optional<T> result;
    async::run_to_end(detail::store_result(std::move(work), result));
    return std::move(*result);
}
inline void run(async::task<> work) {
    async::run_to_end(std::move(work));
}

}  // namespace tocsin::test
