#include <tocsin/base/encoding.hpp>
#include <tocsin/base/uuid.hpp>

#include <cstring>

namespace tocsin {

namespace {

constexpr std::size_t text_length = 36;
constexpr std::size_t digits_length = 32;

constexpr bool is_dash_position(std::size_t index) noexcept {
    return index == 8 || index == 13 || index == 18 || index == 23;
}

/// The finalizer of splitmix64, because the first halves of version 7 ids differ in few bits.
constexpr std::uint64_t mix(std::uint64_t word) noexcept {
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31);
}

}  // namespace

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
    if (text.size() != text_length && text.size() != digits_length) return std::nullopt;
    bool const has_dashes = text.size() == text_length;
    bytes_type bytes{};
    std::size_t digits = 0;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (has_dashes && is_dash_position(index)) {
            if (text[index] != '-') return std::nullopt;
            continue;
        }
        int const digit = hex_value(text[index]);
        if (digit < 0) return std::nullopt;
        auto& byte = bytes[digits / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | digit);
        ++digits;
    }
    return uuid(bytes);
}

std::string uuid::str() const {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(text_length);
    for (auto const byte : bytes_) {
        if (is_dash_position(text.size())) text += '-';
        text += hex[byte >> 4];
        text += hex[byte & 15];
    }
    return text;
}

}  // namespace tocsin

std::size_t std::hash<tocsin::uuid>::operator()(tocsin::uuid const& id) const noexcept {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), id.bytes().data(), sizeof(words));
    return static_cast<std::size_t>(tocsin::mix(tocsin::mix(words[0]) + words[1]));
}
