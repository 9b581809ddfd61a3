#include "gateway/descriptors.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace tocsin::gateway {

namespace {

/// 64 of the admin server, as many for calls to Sentry, a dozen for the database, and the rest for files.
constexpr std::size_t reserve = 192;
constexpr std::size_t most = 8192;

}  // namespace

std::size_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return most;
    auto const before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t max_connections_within(std::size_t descriptors) noexcept {
    return std::min(most, std::max(descriptors / 2, descriptors - std::min(descriptors, reserve)));
}

}  // namespace tocsin::gateway
