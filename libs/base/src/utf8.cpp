#include "utf8.hpp"

#include <cstdint>
#include <cstring>

namespace tocsin::utf8 {

namespace {

/// For a lead byte: the number of bytes that follow and the range of the first of them (Unicode, table 3-7).
/// The ranges exclude overlong forms, surrogates, and code points above U+10FFFF.
struct lead {
    unsigned following = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
};

lead classify(std::uint8_t byte) noexcept {
    if (byte >= 0xC2 && byte <= 0xDF) return {.following = 1};
    if (byte == 0xE0) return {.following = 2, .low = 0xA0};
    if (byte == 0xED) return {.following = 2, .high = 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {.following = 2};
    if (byte == 0xF0) return {.following = 3, .low = 0x90};
    if (byte >= 0xF1 && byte <= 0xF3) return {.following = 3};
    if (byte == 0xF4) return {.following = 3, .high = 0x8F};
    return {};
}

}  // namespace

step read(std::string_view text, std::size_t position) noexcept {
    auto const byte_at = [text](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
    auto const first = byte_at(position);
    if (first < 0x80) return {.code_point = first, .length = 1, .well_formed = true};

    auto const [following, low, high] = classify(first);
    if (following == 0) return {};
    char32_t code_point = first & (0x3FU >> following);
    for (unsigned index = 1; index <= following; ++index) {
        if (position + index >= text.size()) return {.length = index};
        auto const next = byte_at(position + index);
        bool const fits = index == 1 ? next >= low && next <= high : (next & 0xC0) == 0x80;
        if (!fits) return {.length = index};
        code_point = (code_point << 6) | (next & 0x3FU);
    }
    return {.code_point = code_point, .length = following + 1, .well_formed = true};
}

std::size_t ascii_run(std::string_view text, std::size_t position) noexcept {
    std::size_t const begin = position;
    while (position + sizeof(std::uint64_t) <= text.size()) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + position, sizeof(word));
        if ((word & 0x8080808080808080U) != 0) break;
        position += sizeof(word);
    }
    while (position < text.size() && static_cast<std::uint8_t>(text[position]) < 0x80) ++position;
    return position - begin;
}

}  // namespace tocsin::utf8
