#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/crypto/digest.hpp>

#include <string>

namespace tocsin::identity {

/// SHA-256 of a token of 256 random bits. The database stores only this.
inline byte_string token_hash(secret const& token) {
    auto const digest = crypto::sha256(token.reveal());
    return {digest.begin(), digest.end()};
}

/// The session hash of a principal, as a database parameter.
inline byte_string as_stored(std::string const& hash) {
    auto const bytes = as_bytes(hash);
    return {bytes.begin(), bytes.end()};
}

}  // namespace tocsin::identity
