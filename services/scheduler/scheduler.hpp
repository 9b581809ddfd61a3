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

/// Repeated work. `run` is awaited before the next delay begins. An exception that leaves it is logged and
/// counted, and the job continues.
struct job {
    std::string name;  ///< a label value of the metrics
    std::chrono::milliseconds every;
    std::function<async::task<>()> run;
};

/// Runs jobs on the I/O thread, each in its own loop: first within a second of the start, then every `every`,
/// plus or minus a tenth, so that processes do not run in step. Any number of processes may run the same
/// jobs: work that must happen only once is claimed in the database.
class scheduler {
public:
    scheduler(async::executor executor, observe::metrics& metrics);
    ~scheduler();
    scheduler(scheduler const&) = delete;
    scheduler& operator=(scheduler const&) = delete;

    /// Before `start`.
    void add(job added);
    void start();
    /// No further job starts; running jobs continue.
    void stop();
    /// After `stop`: completes when no job is running (true), or after `limit`.
    async::task<bool> wait_for_running(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::scheduler
