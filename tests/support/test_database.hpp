#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tocsin::test {

/// A database of the test's own, with the migrated schema and nothing in it, dropped at the end. Needs what
/// tests/README.md describes: TOCSIN_TEST_DATABASE_URL and TOCSIN_TEST_SUPERUSER_URL.
class test_database {
public:
    test_database();
    ~test_database();
    test_database(test_database const&) = delete;
    test_database& operator=(test_database const&) = delete;

    /// A pool as the program makes them, of two connections.
    db::pool_options pool_options(std::string role) const;

    /// One statement past every wall; the first column of its first row, where it returns one.
    std::string sql(std::string const& statement) const;
    /// From now on `tocsin.now()` is this far ahead ("25 hours").
    void move_time(std::string const& interval) const;

private:
    std::string name_;
    secret url_;
    secret superuser_url_;
};

namespace detail {
template <class T>
async::task<> keep(async::task<T> work, std::optional<T>& into) {
    into.emplace(co_await std::move(work));
}
}  // namespace detail

/// What a coroutine returns, run to its end on this thread.
template <class T>
T run(async::task<T> work) {
    std::optional<T> into;
    async::run_to_end(detail::keep(std::move(work), into));
    return std::move(*into);
}
inline void run(async::task<> work) {
    async::run_to_end(std::move(work));
}

}  // namespace tocsin::test
