#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::scheduler {

/// Work that is repeated. `run` is awaited to its end before the next delay begins; an exception that leaves
/// it is logged and counted, and the job goes on.
struct job {
    std::string name;
    std::chrono::milliseconds every;
    std::function<async::task<>()> run;
};

/// Runs jobs on the I/O thread, each in a loop of its own: first within a second of the start, then every
/// `every`, give or take a tenth, so that copies of the program do not march in step. Several copies may run
/// at once: what must happen once is decided in the database.
class scheduler {
public:
    scheduler(async::executor on, observe::metrics& metrics);
    ~scheduler();
    scheduler(scheduler const&) = delete;
    scheduler& operator=(scheduler const&) = delete;

    /// Before `start`.
    void add(job what);
    void start();
    /// No job begins any more; those that run go on.
    void stop();
    /// After `stop`: completes when no job runs any more (true), or after `limit`.
    async::task<bool> wait_for_running(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::scheduler
