#pragma once

#include <tocsin/async/task.hpp>

#include <memory>

namespace tocsin::async {

/// Something that happens once, and the one coroutine that waits for it. Used on the executor's thread only.
class one_shot {
public:
    one_shot();
    ~one_shot();
    one_shot(one_shot const&) = delete;
    one_shot& operator=(one_shot const&) = delete;

    /// It happened. The coroutine that waits continues soon, on its executor; one that comes later does not
    /// wait.
    void set();
    /// Throws boost::system::system_error (operation_aborted) where the awaiting task is cancelled.
    task<> wait();

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::async
