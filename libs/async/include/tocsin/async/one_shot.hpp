#pragma once

#include <tocsin/async/task.hpp>

#include <memory>

namespace tocsin::async {

/// An event that happens once, and one coroutine that waits for it. Used on the executor's thread only.
class one_shot {
public:
    one_shot();
    ~one_shot();
    one_shot(one_shot const&) = delete;
    one_shot& operator=(one_shot const&) = delete;

    /// Continues the waiting coroutine soon, on its executor. A later wait completes at once.
    void set();
    /// Throws boost::system::system_error (operation_aborted) if the awaiting task is cancelled.
    task<> wait();

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::async
