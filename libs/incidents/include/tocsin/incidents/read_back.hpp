#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/integrations/issue_reader.hpp>

#include <chrono>
#include <deque>

namespace tocsin::incidents {

/// Settles doubts: reads the issue from Sentry, after the webhook was answered, and takes what it is now as a
/// delivery of its own (signed by `read_back` in the log). One call at a time; a doubt that waits already is
/// not taken twice, and of very many the newest are dropped: what is never settled is no worse off than
/// before. Belongs to the executor's thread; end it before what it was made of.
class read_back {
public:
    read_back(async::executor on, integrations::issue_reader& issues, ingest& into);

    void settle(doubt which);
    /// Takes no more doubts, and completes when the call in progress has ended, or after `limit`: true where
    /// it has.
    async::task<bool> end(std::chrono::milliseconds limit);

private:
    async::task<> work();
    async::task<> settle_one(doubt which);

    async::task_group working_;
    integrations::issue_reader& issues_;
    ingest& into_;
    std::deque<doubt> waiting_;
    bool is_working_ = false;
    bool has_ended_ = false;
};

}  // namespace tocsin::incidents
