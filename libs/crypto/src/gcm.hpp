#pragma once

#include <tocsin/base/encoding.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tocsin::crypto::gcm {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

using key_view = std::span<std::uint8_t const, key_size>;
using nonce_view = std::span<std::uint8_t const, nonce_size>;

/// A key in memory that is overwritten at the end of its lifetime.
class key {
public:
    key() = default;
    key(key const&) = delete;
    key& operator=(key const&) = delete;
    ~key();

    std::span<std::uint8_t, key_size> bytes() noexcept { return bytes_; }

private:
    std::array<std::uint8_t, key_size> bytes_{};
};

/// AES-256-GCM. Appends ciphertext and tag to `out`; throws std::runtime_error if OpenSSL fails.
void seal(key_view key, nonce_view nonce, std::string_view associated, byte_view plain, byte_string& out);

/// `sealed` is ciphertext and tag; `out` takes `sealed.size() - tag_size` bytes. False if a byte was
/// changed; `out` is then overwritten.
bool open(
    key_view key, nonce_view nonce, std::string_view associated, byte_view sealed, std::span<std::uint8_t> out
);

}  // namespace tocsin::crypto::gcm
