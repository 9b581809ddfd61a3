#pragma once

#include <string_view>

namespace tocsin::crypto::openssl {

/// Throws std::runtime_error with OpenSSL's reason, for failures of the library or the machine, not of the
/// caller's data. Empties OpenSSL's error queue.
[[noreturn]] void throw_last_error(std::string_view what);

inline void check(int outcome, std::string_view what) {
    if (outcome != 1) throw_last_error(what);
}

/// Frees with one of OpenSSL's functions: `std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>>`.
template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

}  // namespace tocsin::crypto::openssl
