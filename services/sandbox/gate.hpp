#pragma once

#include <tocsin/async/task.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::sandbox {

/// Stands before the HTTP server and does to connections what a well-behaved server cannot: closes them
/// without an answer, cuts an answer short, sends garbage, too much or too slowly, or says nothing. Which of
/// these is told by the answer's `Sandbox-Gate` header (see faults.hpp); every other answer passes unchanged.
/// One request per connection, because the server behind it closes after each. Belongs to the executor's
/// thread.
class gate {
public:
    /// `behind` is the server's port on 127.0.0.1.
    gate(async::executor on, std::uint16_t behind);
    ~gate();
    gate(gate const&) = delete;
    gate& operator=(gate const&) = delete;

    /// Binds and starts to accept; port 0 takes a free one. Returns the bound port. Throws
    /// boost::system::system_error.
    std::uint16_t listen(std::string const& host, std::uint16_t port);
    /// Accepts no more and ends what is under way; completes when none is left or after `limit`.
    async::task<> close(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::sandbox
