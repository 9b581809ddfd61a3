#include "gcm.hpp"

#include "openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>

namespace tocsin::crypto::gcm {

namespace {

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, openssl::freed_by<EVP_CIPHER_CTX_free>>;

EVP_CIPHER const* algorithm() {
    static std::unique_ptr<EVP_CIPHER, openssl::freed_by<EVP_CIPHER_free>> const fetched(
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)
    );
    if (!fetched) openssl::throw_last_error("AES-256-GCM is not available");
    return fetched.get();
}

cipher_context new_context() {
    cipher_context context(EVP_CIPHER_CTX_new());
    if (!context) throw std::bad_alloc();
    return context;
}

/// OpenSSL takes sizes as int.
int size_of(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::length_error("too long to be sealed");
    return static_cast<int>(size);
}

}  // namespace

key::~key() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

void seal(key_view key, nonce_view nonce, std::string_view associated, byte_view plain, byte_string& out) {
    auto const begin = out.size();
    out.resize(begin + plain.size() + tag_size);
    auto* const target = out.data() + begin;
    auto const context = new_context();
    auto const extra = as_bytes(associated);
    int written = 0;
    int ended = 0;
    constexpr std::string_view failed = "sealing failed";
    openssl::check(
        EVP_EncryptInit_ex2(context.get(), algorithm(), key.data(), nonce.data(), nullptr), failed
    );
    openssl::check(
        EVP_EncryptUpdate(context.get(), nullptr, &written, extra.data(), size_of(extra.size())), failed
    );
    openssl::check(
        EVP_EncryptUpdate(context.get(), target, &written, plain.data(), size_of(plain.size())), failed
    );
    openssl::check(EVP_EncryptFinal_ex(context.get(), target + written, &ended), failed);
    openssl::check(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, size_of(tag_size), target + plain.size()),
        failed
    );
}

bool open(
    key_view key, nonce_view nonce, std::string_view associated, byte_view sealed, std::span<std::uint8_t> out
) {
    auto const cipher_text = sealed.first(sealed.size() - tag_size);
    std::array<std::uint8_t, tag_size> tag{};
    auto const sealed_tag = sealed.last(tag_size);
    std::copy(sealed_tag.begin(), sealed_tag.end(), tag.begin());
    auto const context = new_context();
    auto const extra = as_bytes(associated);
    int written = 0;
    int ended = 0;
    constexpr std::string_view failed = "opening failed";
    openssl::check(
        EVP_DecryptInit_ex2(context.get(), algorithm(), key.data(), nonce.data(), nullptr), failed
    );
    openssl::check(
        EVP_DecryptUpdate(context.get(), nullptr, &written, extra.data(), size_of(extra.size())), failed
    );
    openssl::check(
        EVP_DecryptUpdate(
            context.get(), out.data(), &written, cipher_text.data(), size_of(cipher_text.size())
        ),
        failed
    );
    openssl::check(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, size_of(tag_size), tag.data()), failed
    );
    if (EVP_DecryptFinal_ex(context.get(), out.data() + written, &ended) == 1) return true;
    ERR_clear_error();
    OPENSSL_cleanse(out.data(), out.size());
    return false;
}

}  // namespace tocsin::crypto::gcm
