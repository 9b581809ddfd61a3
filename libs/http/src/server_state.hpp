#pragma once

#include "byte_budget.hpp"
#include "peer.hpp"
#include "router.hpp"
#include "waiting_list.hpp"

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
    fields common;          ///< of every response
    byte_budget bodies;     ///< of requests
    byte_budget responses;  ///< their bodies
    waiting_list waiting;
    bool ending_connections = false;
    bool draining = false;
    /// The server object is destroyed: no callback of its owner may be called any more.
    bool stopped = false;

private:
    std::uint64_t id_state_;
};

}  // namespace tocsin::http
