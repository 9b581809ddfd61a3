#include <tocsin/crypto/password.hpp>

#include <sodium.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>

namespace tocsin::crypto {

namespace {

// OWASP ASVS 5.0, appendix C: argon2id with 19 MiB, two passes, and one lane, the only count that libsodium
// supports.
constexpr std::uint64_t memory_kib = 19456;
constexpr std::uint64_t passes = 2;
constexpr std::string_view argon2id = "$argon2id$v=19$";

void start_sodium() {
    static int const outcome = sodium_init();
    if (outcome < 0) throw std::runtime_error("libsodium did not start");
}

/// Consumes `name=number` and the following text, up to and including `end`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name, char end) {
    if (!text.starts_with(name)) return std::nullopt;
    text.remove_prefix(name.size());
    std::uint64_t number = 0;
    auto const [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
    if (!text.starts_with(end)) return std::nullopt;
    text.remove_prefix(1);
    return number;
}

}  // namespace

std::string hash_password(secret const& password) {
    start_sodium();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    auto const plain = password.reveal();
    if (crypto_pwhash_str_alg(
            text.data(), plain.data(), plain.size(), passes, memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13
        ) != 0) {
        throw std::bad_alloc();  // the only failure of libsodium
    }
    return text.data();
}

bool verify_password(std::string_view stored, secret const& password) {
    start_sodium();
    std::string const text(stored);
    bool const readable = text.starts_with(argon2id) && text.size() < crypto_pwhash_STRBYTES &&
                          text.find('\0') == std::string::npos;
    if (!readable) {
        hash_password(password);  // so that the duration does not reveal whether there is a password
        return false;
    }
    auto const plain = password.reveal();
    return crypto_pwhash_str_verify(text.c_str(), plain.data(), plain.size()) == 0;
}

bool needs_rehash(std::string_view stored) {
    if (!stored.starts_with(argon2id)) return true;
    stored.remove_prefix(argon2id.size());
    auto const stored_memory = take_number(stored, "m=", ',');
    auto const stored_passes = take_number(stored, "t=", ',');
    return !stored_memory || !stored_passes || *stored_memory < memory_kib || *stored_passes < passes;
}

}  // namespace tocsin::crypto
