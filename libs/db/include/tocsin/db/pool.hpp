#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tocsin::db {

/// Who makes a change, for the audit log; all empty for the program itself.
struct actor {
    std::string kind;        ///< "user" or "token"
    std::string id;          ///< a UUID, or empty
    std::string name;        ///< for display
    std::string address;     ///< of the client
    std::string request_id;  ///< of the HTTP request
};

/// The organization whose rows a transaction may access, and who makes the change. The role tocsin_gateway
/// sees no rows without an organization.
struct tenant {
    tenant() = default;
    tenant(organization_id id, actor who = {}) : organization(id), by(std::move(who)) {}
    tenant(std::nullopt_t, actor who) : by(std::move(who)) {}

    std::optional<organization_id> organization;
    actor by;
};
/// For roles that work across organizations, and for lookups before the organization is known.
inline tenant const no_tenant{};

struct pool_options {
    std::string name;             ///< for logs, metrics, and application_name ("tocsin gateway")
    secret url;                   ///< PostgreSQL URI, several hosts allowed
    std::string role;             ///< set at connect, so that row-level security applies to every login
    std::size_t connections = 4;  ///< threads with one connection each
    std::size_t queue = 64;       ///< units of work that may wait; more are refused at once
    std::chrono::milliseconds max_wait{250};  ///< in the queue
    std::chrono::milliseconds statement_timeout{5'000};
    /// Of a unit of work. Then its socket is shut down, because no other timeout detects a peer that
    /// acknowledges packets but never answers.
    std::chrono::milliseconds work_deadline{8'000};
    /// Plans are nested loops over indexes, even for tables whose statistics are from when they were empty.
    bool only_looks_up_keys = false;
};

struct pool_state {
    std::size_t connected = 0;
    std::size_t busy = 0;
    std::size_t waiting = 0;
};

/// Connections to PostgreSQL for coroutines. libpqxx blocks, so each connection has a thread of its own, and
/// all take work from one bounded queue. After an error that may have broken it, a connection is destroyed:
/// libpqxx 6 would reconnect silently, without the role and the tenant.
class pool {
public:
    explicit pool(pool_options options);
    /// Finishes the queued work, then joins the threads.
    ~pool();
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    /// Runs `work(transaction&)` in one transaction (read committed) and commits. `work` runs on another
    /// thread, and runs again after a serialization failure or deadlock (at most 5 times), so it owns its
    /// data (the caller may be gone) and has no other effects. The awaiting coroutine continues on its own
    /// executor. Throws the exceptions of errors.hpp and those of `work`, which roll back.
    template <class F>
    async::task<std::invoke_result_t<F&, transaction&>> transact(tenant who, F work) {
        using R = std::invoke_result_t<F&, transaction&>;
        if constexpr (std::is_void_v<R>) {
            co_await submit(who, std::function<void(transaction&)>(std::move(work)));
        } else {
            auto const out = std::make_shared<std::optional<R>>();
            co_await submit(who, [out, work = std::move(work)](transaction& tx) mutable {
                out->emplace(work(tx));
            });
            co_return std::move(**out);
        }
    }

    /// The same for work that returns a result: an error rolls back, and so does a constraint violation,
    /// which `to_error` turns into an error or throws again.
    template <class F, class ToError>
    async::task<std::invoke_result_t<F&, transaction&>> transact_result(
        tenant who, F work, ToError to_error
    ) {
        using R = std::invoke_result_t<F&, transaction&>;
        std::optional<R> out;
        try {
            out = co_await transact(who, [work = std::move(work)](transaction& tx) mutable {
                R result = work(tx);
                if (!result) throw failure(result.error());
                return result;
            });
        } catch (failure const& e) {
            out = e.why();
        } catch (constraint_violation const& e) {
            out = to_error(e);
        }
        co_return std::move(*out);
    }
    template <class F>
    async::task<std::invoke_result_t<F&, transaction&>> transact_result(tenant who, F work) {
        return transact_result(who, std::move(work), [](constraint_violation const&) -> error { throw; });
    }

    pool_state state() const noexcept;

    struct impl;

private:
    async::task<> submit(tenant who, std::function<void(transaction&)> work);
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::db
