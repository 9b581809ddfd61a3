#pragma once

#include "peer.hpp"
#include "router.hpp"

#include <tocsin/http/server.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// What the connections of one server share.
struct server_state {
    server_state(std::vector<route> route_table, server_options settings);

    response problem(int status, std::string_view detail, request const* request) const noexcept;
    /// The response to an exception of the route's handler.
    response failure(route const& target, request const& request, std::exception_ptr const& exception)
        const noexcept;
    bool serves(std::string_view host) const;
    std::string next_id() noexcept;

    router routes;
    server_options options;
    trusted_proxies proxies;
    fields common;  ///< of every response
    std::size_t bytes_in_flight = 0;
    bool draining = false;
    /// The server object is destroyed: no callback of its owner may be called any more.
    bool stopped = false;

private:
    std::uint64_t id_state_;
};

/// Counts the announced bytes of a body while its request is processed.
class body_reservation {
public:
    explicit body_reservation(server_state& server) noexcept : server_(server) {}
    ~body_reservation() { server_.bytes_in_flight -= size_; }
    body_reservation(body_reservation const&) = delete;
    body_reservation& operator=(body_reservation const&) = delete;

    /// `size` includes what is already reserved. False, without a change, if that exceeds
    /// `max_bytes_in_flight`.
    bool grow_to(std::size_t size) noexcept {
        if (size - size_ > server_.options.max_bytes_in_flight - server_.bytes_in_flight) return false;
        server_.bytes_in_flight += size - size_;
        size_ = size;
        return true;
    }

private:
    server_state& server_;
    std::size_t size_ = 0;
};

}  // namespace tocsin::http
