#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/crypto/digest.hpp>

#include <string>

namespace tocsin::identity {

/// SHA-256 of a token of 256 random bits: what the database knows of it.
inline byte_string token_hash(secret const& token) {
    auto const digest = crypto::sha256(token.reveal());
    return {digest.begin(), digest.end()};
}

/// The hash that a principal carries, as the database takes it.
inline byte_string as_stored(std::string const& hash) {
    auto const bytes = as_bytes(hash);
    return {bytes.begin(), bytes.end()};
}

}  // namespace tocsin::identity
