#include "openssl.hpp"

#include <tocsin/crypto/digest.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string>

namespace tocsin::crypto {

namespace {

template <auto Free>
using freed_by = openssl::freed_by<Free>;

/// Fetched once, because OpenSSL 3 would otherwise look up the algorithm for every message.
EVP_MD const* sha256_algorithm() {
    static std::unique_ptr<EVP_MD, freed_by<EVP_MD_free>> const algorithm(
        EVP_MD_fetch(nullptr, "SHA256", nullptr)
    );
    if (!algorithm) openssl::throw_last_error("SHA-256 is not available");
    return algorithm.get();
}

EVP_MAC* hmac_algorithm() {
    static std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>> const algorithm(
        EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)
    );
    if (!algorithm) openssl::throw_last_error("HMAC is not available");
    return algorithm.get();
}

}  // namespace

sha256_digest sha256(std::string_view data) {
    sha256_digest digest{};
    unsigned size = 0;
    openssl::check(
        EVP_Digest(data.data(), data.size(), digest.data(), &size, sha256_algorithm(), nullptr),
        "SHA-256 failed"
    );
    return digest;
}

struct hmac_sha256::impl {
    std::unique_ptr<EVP_MAC_CTX, freed_by<EVP_MAC_CTX_free>> context{EVP_MAC_CTX_new(hmac_algorithm())};
};

hmac_sha256::hmac_sha256(secret const& key) : impl_(std::make_unique<impl>()) {
    if (!impl_->context) openssl::throw_last_error("HMAC is not available");
    std::string digest_name = OSSL_DIGEST_NAME_SHA2_256;
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
        OSSL_PARAM_construct_end()
    };
    auto const bytes = as_bytes(key.reveal());
    openssl::check(
        EVP_MAC_init(impl_->context.get(), bytes.data(), bytes.size(), parameters.data()),
        "HMAC refused its key"
    );
}

hmac_sha256::~hmac_sha256() = default;
hmac_sha256::hmac_sha256(hmac_sha256&&) noexcept = default;
hmac_sha256& hmac_sha256::operator=(hmac_sha256&&) noexcept = default;

sha256_digest hmac_sha256::sign(std::string_view message) {
    auto* const context = impl_->context.get();
    auto const bytes = as_bytes(message);
    sha256_digest digest{};
    std::size_t size = 0;
    // No key: starts again with the previous key.
    openssl::check(EVP_MAC_init(context, nullptr, 0, nullptr), "HMAC did not start");
    openssl::check(EVP_MAC_update(context, bytes.data(), bytes.size()), "HMAC failed");
    openssl::check(EVP_MAC_final(context, digest.data(), &size, digest.size()), "HMAC failed");
    return digest;
}

bool equal_in_constant_time(byte_view a, byte_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string pkce_challenge(secret const& verifier) {
    return to_base64url(sha256(verifier.reveal()));
}

}  // namespace tocsin::crypto
