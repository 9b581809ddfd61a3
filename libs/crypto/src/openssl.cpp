#include "openssl.hpp"

#include <openssl/err.h>

#include <array>
#include <stdexcept>
#include <string>

namespace tocsin::crypto::openssl {

void throw_last_error(std::string_view what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    throw std::runtime_error(std::string(what) + ": " + reason.data());
}

}  // namespace tocsin::crypto::openssl
