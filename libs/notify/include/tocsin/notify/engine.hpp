#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/notify/channel.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>
#include <memory>

namespace tocsin::notify {

/// Advances the alarms that are due and sends the pages that are due. Any number of processes may do so: an
/// alarm is locked while it advances, and a page is leased while it is sent. Everything that happens later is
/// a row, so a process that ends loses nothing: its pages are sent again when their leases end. Runs on the
/// executor's thread; its dependencies outlive it.
class engine {
public:
    /// `pool` has the role tocsin_scheduler.
    engine(
        async::executor executor,
        db::pool& pool,
        channels through,
        crypto::vault const& vault,
        observe::metrics& metrics
    );
    ~engine();
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;

    /// Does what is due; the calls of channels continue in the background. If that is already in progress, it
    /// does it again afterwards and returns at once.
    async::task<> run_due();
    /// The same in the background.
    void wake();
    /// Begins no more calls, and waits at most `limit` for those in progress. Returns whether they ended.
    async::task<bool> stop(std::chrono::milliseconds limit);

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::notify
