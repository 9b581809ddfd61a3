#pragma once

#include <tocsin/async/task.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::sandbox {

/// A proxy in front of the HTTP server that breaks connections in ways that the server cannot: it closes them
/// without a response, truncates a response, sends garbage, too much, too slowly, or nothing. The response's
/// header `fault_header` (see faults.hpp) instructs it; all other responses pass unchanged. There is one
/// request per connection, because the server closes after each. Must be used on the executor's thread.
class fault_proxy {
public:
    /// `server_port`: on 127.0.0.1.
    fault_proxy(async::executor executor, std::uint16_t server_port);
    ~fault_proxy();
    fault_proxy(fault_proxy const&) = delete;
    fault_proxy& operator=(fault_proxy const&) = delete;

    /// Binds and starts to accept; port 0 selects a free port. Returns the bound port. Throws
    /// boost::system::system_error.
    std::uint16_t listen(std::string const& host, std::uint16_t port);
    /// Stops accepting and ends open connections; completes when there are none, or after `limit`.
    async::task<> close(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::sandbox
