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

struct read_back_settings {
    async::backoff backoff{std::chrono::seconds(30), std::chrono::minutes(30)};
    std::chrono::milliseconds lease{60'000};  ///< outlives reading an issue, the renewal of a token included
    int max_tries = 12;
};

/// Reads an issue of an integration as it is now; errc::not_found where Sentry does not know it.
using read_issue =
    std::function<async::task<result<sentry::issue>>(organization_id, integration_id, std::string)>;

/// Settles doubts: reads the issue from Sentry, after the webhook was answered, and takes what it is now as a
/// delivery of its own (signed by `read_back` in the log). Doubts stand in the database, written with the
/// deliveries that raised them: whoever has a lease on one settles it, in any number of copies. One that
/// cannot be settled is tried again, later and later, and given up after so many tries: it is no worse off
/// than before. Belongs to the executor's thread; end it before what it was made of.
class read_back {
public:
    /// `pool` has the role tocsin_ingest.
    read_back(
        async::executor on,
        db::pool& pool,
        read_issue read,
        ingest& into,
        read_back_settings settings,
        observe::metrics& metrics
    );
    ~read_back();
    read_back(read_back const&) = delete;
    read_back& operator=(read_back const&) = delete;

    /// Settles what is due, as long as there is any; one at a time, and returns at once where that is being
    /// done.
    async::task<> settle_due();
    /// The same in the background.
    void wake();
    /// Claims no more doubts, and completes when the call in progress has ended, or after `limit`: true where
    /// it has.
    async::task<bool> end(std::chrono::milliseconds limit);

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::incidents
