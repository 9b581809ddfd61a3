#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::crypto {

/// A named 256-bit key of the vault.
struct vault_key {
    std::string id;  ///< 1 to 32 of a-z, 0-9, `-`, `_`
    secret bytes;    ///< exactly 32 bytes
};

/// Reads `id:base64(32 bytes)`, comma-separated, at least one, no id twice. errc::invalid names the wrong
/// entry and never shows the key.
result<std::vector<vault_key>> parse_vault_keys(secret const& text);

/// The place of a sealed text. It is authenticated with the ciphertext and with the data key, so that a blob
/// that was moved to another row, column, or organization does not open. A part that contains `|` throws
/// std::invalid_argument.
struct vault_place {
    std::string_view table;
    std::string_view column;
    std::string organization;
    std::string row;
};

/// Envelope encryption: every blob has its own data key (AES-256-GCM), which is sealed under a key of
/// the ring. Format: version(1) | key id length(1) | key id | nonce(12) | sealed data key(32+16) | nonce(12)
/// | ciphertext | tag(16). Immutable after construction, so any thread may use it.
class vault {
public:
    /// The first key seals; every key opens.
    explicit vault(std::vector<vault_key> keys);
    ~vault();
    vault(vault const&) = delete;
    vault& operator=(vault const&) = delete;

    byte_string seal(secret const& plain, vault_place const& place) const;
    /// errc::internal if the blob is damaged or of another place, or its key is missing from the ring
    /// (named in the detail).
    result<secret> open(byte_view blob, vault_place const& place) const;
    /// The same content with its data key sealed under the first key; the content itself is not decrypted.
    result<byte_string> rewrap(byte_view blob, vault_place const& place) const;
    /// The id of the key that sealed a blob; empty if the blob is damaged.
    static std::string_view key_id(byte_view blob) noexcept;
    bool has_key(std::string_view id) const noexcept;
    std::string_view sealing_key_id() const noexcept { return keys_.front().id; }

private:
    std::vector<vault_key> keys_;
};

}  // namespace tocsin::crypto
