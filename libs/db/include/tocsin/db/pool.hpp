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

/// Who does something, for the audit log: all empty where it is nobody but the program.
struct actor {
    std::string kind;        ///< "user" or "token"
    std::string id;          ///< a UUID, or empty
    std::string name;        ///< for people to read
    std::string address;     ///< of the client
    std::string request_id;  ///< of the HTTP request
};

/// Whose rows a transaction works on, and for whom. The gateway's role sees nothing without an organization.
struct tenant {
    tenant() = default;
    tenant(organization_id of, actor who = {}) : organization(of), by(std::move(who)) {}
    tenant(std::nullopt_t, actor who) : by(std::move(who)) {}

    std::optional<organization_id> organization;
    actor by;
};
/// For the roles that work across organizations, and for look-ups before the organization is known.
inline tenant const no_tenant{};

struct pool_options {
    std::string name;             ///< for logs, metrics and PostgreSQL's application_name ("tocsin gateway")
    secret url;                   ///< PostgreSQL URI, several hosts allowed
    std::string role;             ///< assumed at connect: row-level security holds for the login too
    std::size_t connections = 4;  ///< threads, each with one connection of its own
    std::size_t queue = 64;       ///< waiting units of work; more are refused at once
    std::chrono::milliseconds max_wait{250};  ///< in the queue
    std::chrono::milliseconds statement_timeout{5'000};
    std::chrono::milliseconds work_deadline{8'000
    };  ///< of a unit of work; then its socket is shut down (a peer that acknowledges but never answers
        ///< escapes every other timeout)
};

struct pool_state {
    std::size_t connected = 0;
    std::size_t busy = 0;
    std::size_t waiting = 0;
};

/// Connections to PostgreSQL for coroutines: libpqxx blocks, so each connection lives on a thread of its own
/// and takes work from one bounded queue. A connection that met any error which may have hurt it is
/// destroyed, never reused: libpqxx 6 would reconnect silently, without the role and the tenant.
class pool {
public:
    explicit pool(pool_options options);
    /// Finishes what is queued, then joins its threads.
    ~pool();
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    /// Runs `work(transaction&)` in one transaction (read committed) and commits. `work` runs on another
    /// thread and may run again from the start after a serialization failure or deadlock (at most 5 times),
    /// so it owns what it uses (by value; the caller may be gone) and has no other effects. The awaiting
    /// coroutine continues on its own executor. Throws what errors.hpp says, and whatever `work` throws
    /// (which rolls back).
    template <class F>
    async::task<std::invoke_result_t<F&, transaction&>> transact(tenant of, F work) {
        using R = std::invoke_result_t<F&, transaction&>;
        if constexpr (std::is_void_v<R>) {
            co_await submit(of, std::function<void(transaction&)>(std::move(work)));
        } else {
            auto const out = std::make_shared<std::optional<R>>();
            co_await submit(of, [out, work = std::move(work)](transaction& tx) mutable {
                out->emplace(work(tx));
            });
            co_return std::move(**out);
        }
    }

    /// The same for work that returns a `result`: an error rolls back, too.
    template <class F>
    async::task<std::invoke_result_t<F&, transaction&>> transact_result(tenant of, F work) {
        using R = std::invoke_result_t<F&, transaction&>;
        std::optional<R> refused;
        try {
            if constexpr (std::is_void_v<typename R::value_type>) {
                co_await transact(of, [work = std::move(work)](transaction& tx) mutable {
                    work(tx).value();
                });
                co_return R();
            } else {
                co_return co_await transact(of, [work = std::move(work)](transaction& tx) mutable {
                    return work(tx).value();
                });
            }
        } catch (failure const& why) {
            refused = why.why();
        }
        co_return std::move(*refused);
    }

    pool_state state() const noexcept;

    struct impl;

private:
    async::task<> submit(tenant of, std::function<void(transaction&)> work);
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::db
