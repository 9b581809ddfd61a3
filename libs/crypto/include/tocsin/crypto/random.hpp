#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <cstddef>
#include <cstdint>

namespace tocsin::crypto {

/// From the operating system's generator; throws std::runtime_error if it fails. All functions here are
/// thread-safe.
byte_string random_bytes(std::size_t count);
std::uint64_t random_u64();
/// `bytes` random bytes as base64url without padding: 32 bytes become the 43 characters of a session
/// id, a state, or a verifier.
secret random_token(std::size_t bytes = 32);

uuid uuid_v4();
/// Ordered by time (RFC 9562, section 5.7): `at` in milliseconds, the rest random.
uuid uuid_v7(timestamp at);

}  // namespace tocsin::crypto
