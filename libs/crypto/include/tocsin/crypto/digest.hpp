#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/secret.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::crypto {

using sha256_digest = std::array<std::uint8_t, 32>;

sha256_digest sha256(std::string_view data);

/// HMAC-SHA256 with one key, prepared once and used many times (preparing it for each message costs a third
/// more). Not thread-safe: one object per thread.
class hmac_sha256 {
public:
    explicit hmac_sha256(secret const& key);
    ~hmac_sha256();
    hmac_sha256(hmac_sha256&&) noexcept;
    hmac_sha256& operator=(hmac_sha256&&) noexcept;

    sha256_digest sign(std::string_view message);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

/// Constant time in the content, not in the lengths.
bool equal_in_constant_time(byte_view a, byte_view b) noexcept;

/// PKCE's S256 challenge of a verifier (RFC 7636, section 4.2).
std::string pkce_challenge(secret const& verifier);

}  // namespace tocsin::crypto
