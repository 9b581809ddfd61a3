#pragma once

#include <tocsin/async/backoff.hpp>
#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/issue.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tocsin::incidents {

struct reconciler_settings {
    async::backoff backoff;
    /// Longer than it takes to read an issue, including the refresh of a token.
    std::chrono::milliseconds lease;
    int max_tries = 12;
    /// After these an issue whose environment is needed passes the filter: a page must not wait long.
    int max_environment_tries = 3;
    /// Between two reads of an outage whose incident is open.
    std::chrono::milliseconds outage_interval = std::chrono::minutes(2);
};

/// Reads an issue of an integration; errc::not_found if Sentry does not have it.
using read_issue =
    std::function<async::task<result<sentry::issue>>(organization_id, integration_id, std::string)>;

/// Reads the environment of an issue's newest event, empty if it has none. An error other than
/// errc::unavailable is final.
using read_environment =
    std::function<async::task<result<std::string>>(organization_id, integration_id, std::string)>;

/// Completes reconcile requests: reads the issue from Sentry and submits its current state as a delivery,
/// which the log shows with the key `read_back`. An issue that was deleted there or merged into another one
/// ends its incident. An outage is read again and again until its incident ends, and becomes a delivery only
/// then. Any number of processes may do so, because each leases the requests that it works on. A request that
/// fails is retried with backoff, and dropped after too many tries. Runs on the executor's thread; its
/// dependencies outlive it.
class reconciler {
public:
    /// `pool` has the role tocsin_ingest.
    reconciler(
        async::executor executor,
        db::pool& pool,
        read_issue read,
        read_environment environment,
        ingest& receiving,
        reconciler_settings settings,
        observe::metrics& metrics
    );
    ~reconciler();
    reconciler(reconciler const&) = delete;
    reconciler& operator=(reconciler const&) = delete;

    /// Completes the requests that are due, one at a time. If that is already in progress, it returns at
    /// once.
    async::task<> run_due();
    /// The same in the background.
    void wake();
    /// Claims no more requests, and waits at most `limit` for the one in progress. Returns whether it ended.
    async::task<bool> stop(std::chrono::milliseconds limit);

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::incidents
