#pragma once

#include <cstddef>

namespace tocsin::gateway {

/// Raises the soft limit of open descriptors to the hard one. Returns the limit then.
std::size_t raise_descriptor_limit() noexcept;

/// How many connections the gateway may have within a limit of open descriptors. The others are for the
/// database, Sentry, mail, the admin server, and files.
std::size_t max_connections_within(std::size_t descriptors) noexcept;

}  // namespace tocsin::gateway
