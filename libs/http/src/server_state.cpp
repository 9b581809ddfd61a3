#include "server_state.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace tocsin::http {
namespace {

std::vector<std::string> canonical_hosts(std::vector<std::string> hosts) {
    for (auto& host : hosts) {
        host = to_lower(host);
        if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
    }
    return hosts;
}

}  // namespace

server_state::server_state(std::vector<route> route_table, server_options settings)
    : routes(std::move(route_table)),
      options(std::move(settings)),
      proxies(options.trusted_proxies),
      bodies({options.max_bytes_in_flight, options.max_bytes_in_flight_per_peer, options.small_body_reserve}),
      responses({options.max_response_bytes, options.max_response_bytes_per_owner, options.small_body_reserve}
      ) {
    options.allowed_hosts = canonical_hosts(std::move(options.allowed_hosts));
    for (auto const& [name, value] : options.common_headers) common.add(name, value);
    std::random_device seed;
    id_state_ = (std::uint64_t{seed()} << 32U) | seed();
}

response server_state::problem(int status, std::string_view detail, request const* request) const noexcept {
    try {
        if (options.problem) {
            auto message = options.problem(status, detail, request);
            message.status = status;
            return message;
        }
    } catch (...) {
        // The text below does not depend on the owner.
    }
    return response::text(status, std::string(detail) + "\n");
}

response server_state::failure(
    route const& target, request const& request, std::exception_ptr const& exception
) const noexcept {
    try {
        if (target.on_failure) return target.on_failure(request, exception);
    } catch (...) {
        // The same as for a route without `on_failure`.
    }
    return problem(500, "The server failed to handle this request.", &request);
}

bool server_state::serves(std::string_view host) const {
    if (options.allowed_hosts.empty()) return true;
    return std::ranges::any_of(options.allowed_hosts, [&](std::string const& allowed) {
        return iequals(allowed, host);
    });
}

/// Unique, but not secret: two steps of splitmix64.
std::string server_state::next_id() noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    id.reserve(32);
    for (int half = 0; half < 2; ++half) {
        auto z = id_state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        z ^= z >> 31U;
        for (unsigned shift = 64; shift > 0; shift -= 4) id.push_back(digits[(z >> (shift - 4)) & 0xFU]);
    }
    return id;
}

}  // namespace tocsin::http
