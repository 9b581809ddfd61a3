#include "gzip.hpp"

#include <algorithm>
#include <cstdint>

namespace tocsin::sandbox {

namespace {

/// RFC 1951, section 3.2.4: a stored block's length has 16 bits.
constexpr std::size_t max_block = 65'535;

void append_number(std::string& out, std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((number >> (8 * i)) & 0xFF);
}

std::uint32_t crc32(std::string_view text) {
    std::uint32_t out = 0xFFFF'FFFF;
    for (char const c : text) {
        out ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) out = (out >> 1) ^ ((out & 1) ? 0xEDB8'8320u : 0u);
    }
    return ~out;
}

}  // namespace

std::string to_gzip(std::string_view text) {
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    auto remaining = text;
    do {
        auto const block = remaining.substr(0, max_block);
        remaining.remove_prefix(block.size());
        auto const size = static_cast<std::uint32_t>(block.size());
        append_number(out, remaining.empty() ? 1 : 0, 1);  // 1: the last block; stored
        append_number(out, size, 2);
        append_number(out, ~size, 2);
        out += block;
    } while (!remaining.empty());
    append_number(out, crc32(text), 4);
    append_number(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

}  // namespace tocsin::sandbox
