#include "gzip.hpp"

#include <algorithm>
#include <cstdint>

namespace tocsin::sandbox {

namespace {

/// RFC 1951, section 3.2.4: a stored block's length has 16 bits.
constexpr std::size_t largest_block = 65'535;

void append_number(std::string& to, std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>((number >> (8 * i)) & 0xFF);
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

std::string gzipped(std::string_view text) {
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    auto left = text;
    do {
        auto const block = left.substr(0, largest_block);
        left.remove_prefix(block.size());
        auto const size = static_cast<std::uint32_t>(block.size());
        append_number(out, left.empty() ? 1 : 0, 1);  // the last block; stored
        append_number(out, size, 2);
        append_number(out, ~size, 2);
        out += block;
    } while (!left.empty());
    append_number(out, crc32(text), 4);
    append_number(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

}  // namespace tocsin::sandbox
