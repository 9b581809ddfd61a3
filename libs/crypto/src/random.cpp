#include <tocsin/crypto/random.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/random.h>

namespace tocsin::crypto {

namespace {

void fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        auto const got = getrandom(bytes.data(), bytes.size(), 0);
        if (got > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        } else if (errno != EINTR) {
            throw std::runtime_error(
                "the operating system gives no random bytes (errno " + std::to_string(errno) + ")"
            );
        }
    }
}

/// For ids, which are not secret: read from the operating system in blocks, because a call costs as much as
/// all other work for an id.
void fill_id(std::span<std::uint8_t> bytes) {
    thread_local std::array<std::uint8_t, 512> store;
    thread_local std::size_t left = 0;
    if (left < bytes.size()) {
        fill(store);
        left = store.size();
    }
    left -= bytes.size();
    std::copy_n(store.begin() + static_cast<std::ptrdiff_t>(left), bytes.size(), bytes.begin());
}

/// Version and variant (RFC 9562, section 4).
uuid marked(uuid::bytes_type bytes, unsigned version) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    return uuid(bytes);
}

}  // namespace

byte_string random_bytes(std::size_t count) {
    byte_string bytes(count);
    fill(bytes);
    return bytes;
}

std::uint64_t random_u64() {
    std::uint64_t number = 0;
    fill({reinterpret_cast<std::uint8_t*>(&number), sizeof(number)});
    return number;
}

secret random_token(std::size_t bytes) {
    auto raw = random_bytes(bytes);
    secret token(to_base64url(raw));
    OPENSSL_cleanse(raw.data(), raw.size());
    return token;
}

uuid uuid_v4() {
    uuid::bytes_type bytes{};
    fill_id(bytes);
    return marked(bytes, 4);
}

uuid uuid_v7(timestamp at) {
    uuid::bytes_type bytes{};
    fill_id(std::span(bytes).subspan<6>());
    auto const since_epoch = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch());
    auto const milliseconds = static_cast<std::uint64_t>(since_epoch.count());
    for (unsigned index = 0; index < 6; ++index) {
        bytes[index] = static_cast<std::uint8_t>((milliseconds >> (40 - 8 * index)) & 0xFF);
    }
    return marked(bytes, 7);
}

}  // namespace tocsin::crypto
