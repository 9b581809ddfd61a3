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

server_state::server_state(std::vector<route> table, server_options settings)
    : routes(std::move(table)), options(std::move(settings)), proxies(options.trusted_proxies) {
    options.allowed_hosts = canonical_hosts(std::move(options.allowed_hosts));
    for (auto const& [name, value] : options.common_headers) common.add(name, value);
    std::random_device seed;
    id_state_ = (std::uint64_t{seed()} << 32U) | seed();
}

response server_state::problem(int status, std::string_view detail, request const* about) const noexcept {
    try {
        if (options.problem) {
            auto made = options.problem(status, detail, about);
            made.status = status;
            return made;
        }
    } catch (...) {
        // The text below needs nothing of the owner.
    }
    return response::text(status, std::string(detail) + "\n");
}

response server_state::failure(route const& where, request const& about, std::exception_ptr const& thrown)
    const noexcept {
    try {
        if (where.on_failure) return where.on_failure(about, thrown);
    } catch (...) {
        // As for a route without `on_failure`.
    }
    return problem(500, "Something went wrong here.", &about);
}

bool server_state::serves(std::string_view host) const {
    if (options.allowed_hosts.empty()) return true;
    return std::ranges::any_of(options.allowed_hosts, [&](std::string const& ours) {
        return iequals(ours, host);
    });
}

/// Unique, not secret: two steps of splitmix64.
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
