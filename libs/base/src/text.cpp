#include "utf8.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <charconv>

namespace tocsin {

namespace {

constexpr std::size_t slug_max = 63;
constexpr std::string_view hex = "0123456789abcdef";

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr bool is_lower_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Characters that reorder the text around them, so that a line does not show its real content.
constexpr bool is_bidi_control(char32_t c) noexcept {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

constexpr bool is_unsafe(char32_t c) noexcept {
    bool const is_control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    bool const ends_lines = c == 0x2028 || c == 0x2029;
    return is_control || ends_lines || is_bidi_control(c);
}

/// `\uXXXX`: every unsafe code point is below U+10000.
void append_escape(std::string& out, char32_t c) {
    out += "\\u";
    for (unsigned shift = 16; shift > 0; shift -= 4) out += hex[(c >> (shift - 4)) & 15];
}

/// The two-character escape of JSON for `c`, without the backslash; 0 if there is none.
constexpr char short_escape(char32_t c) noexcept {
    switch (c) {
        case '"':
            return '"';
        case '\\':
            return '\\';
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        default:
            return 0;
    }
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    std::size_t position = 0;
    while (true) {
        position += utf8::ascii_run(text, position);
        if (position >= text.size()) return true;
        auto const step = utf8::read(text, position);
        if (!step.well_formed) return false;
        position += step.length;
    }
}

std::string repaired(std::string_view text, std::size_t max_bytes, bool* cut) {
    std::string out;
    out.reserve(std::min(text.size(), max_bytes));
    std::size_t position = 0;
    while (position < text.size()) {
        auto const step = utf8::read(text, position);
        bool const keep = step.well_formed && step.code_point != 0;
        auto const piece = keep ? text.substr(position, step.length) : utf8::replacement;
        if (piece.size() > max_bytes - out.size()) {
            if (cut != nullptr) *cut = true;
            break;
        }
        out += piece;
        position += step.length;
    }
    return out;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    out.reserve(std::min(text.size(), max_bytes));
    std::string piece;
    std::size_t position = 0;
    while (position < text.size()) {
        auto const step = utf8::read(text, position);
        piece.clear();
        if (!step.well_formed) {
            piece = utf8::replacement;
        } else if (is_unsafe(step.code_point)) {
            append_escape(piece, step.code_point);
        } else {
            piece = text.substr(position, step.length);
        }
        if (piece.size() > max_bytes - out.size()) break;
        out += piece;
        position += step.length;
    }
    return out;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    while (true) {
        auto const end = text.find('\n');
        out += printable(text.substr(0, end), text.size() * 6);
        if (end == std::string_view::npos) return out;
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

std::string json_quoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    std::size_t position = 0;
    while (position < text.size()) {
        auto const step = utf8::read(text, position);
        if (!step.well_formed) {
            out += utf8::replacement;
        } else if (char const escape = short_escape(step.code_point); escape != 0) {
            out += '\\';
            out += escape;
        } else if (is_unsafe(step.code_point)) {
            append_escape(out, step.code_point);
        } else {
            out += text.substr(position, step.length);
        }
        position += step.length;
    }
    out += '"';
    return out;
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool equal_ignoring_case(char const* a, char const* b, std::size_t size) noexcept {
    return std::equal(a, a + size, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::int64_t> whole_number(std::string_view text) noexcept {
    std::int64_t number = 0;
    auto const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

bool is_slug(std::string_view text) noexcept {
    if (text.empty() || text.size() > slug_max || text.front() == '-' || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

}  // namespace tocsin
