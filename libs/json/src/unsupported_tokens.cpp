#include "unsupported_tokens.hpp"

#include <tocsin/base/encoding.hpp>

#include <algorithm>

namespace tocsin::json {

namespace {

constexpr std::size_t escape_size = 6;  // \uXXXX
/// RapidJSON refuses numbers above about 1e308, even those that it passes on as text.
constexpr std::size_t max_exponent = 308;
constexpr std::size_t max_digits = 300;
constexpr std::string_view number_replacement = "null";
constexpr std::string_view surrogate_replacement = "\\ufffd";

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_number_char(char c) noexcept {
    return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// The code unit of the escape at `offset`; -1 if there is none.
int code_unit(std::string_view text, std::size_t offset) noexcept {
    auto const escape = text.substr(std::min(offset, text.size()), escape_size);
    if (escape.size() < escape_size || !escape.starts_with("\\u")) return -1;
    int unit = 0;
    for (char const c : escape.substr(2)) {
        int const digit = hex_value(c);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

constexpr bool is_high(int unit) noexcept {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low(int unit) noexcept {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

class scanner {
public:
    scanner(std::string_view text, std::size_t number_chars) noexcept
        : text_(text), number_chars_(number_chars), next_escape_(std::min(text.find('\\'), text.size())) {}

    std::vector<unsupported_token> run() && {
        while (offset_ < text_.size()) {
            char const c = text_[offset_];
            if (c == '"') {
                skip_string();
            } else if (c == '-' || is_digit(c)) {
                read_number();
            } else {
                ++offset_;
            }
        }
        return std::move(tokens_);
    }

private:
    void skip_string() {
        ++offset_;
        // Most strings have no escape, and end at the next quote.
        if (next_escape_ < offset_) next_escape_ = std::min(text_.find('\\', offset_), text_.size());
        auto const quote = std::min(text_.find('"', offset_), text_.size());
        if (quote < next_escape_) {
            offset_ = quote + 1;
            return;
        }
        while (offset_ < text_.size()) {
            char const c = text_[offset_];
            if (c == '\\') {
                read_escape();
                continue;
            }
            ++offset_;
            if (c == '"') return;
        }
    }

    void read_escape() {
        int const unit = code_unit(text_, offset_);
        if (is_high(unit) && is_low(code_unit(text_, offset_ + escape_size))) {
            offset_ += 2 * escape_size;
        } else if (is_high(unit) || is_low(unit)) {
            tokens_.push_back({unsupported_token::kind_type::lone_surrogate, offset_, escape_size});
            offset_ += escape_size;
        } else {
            offset_ += 2;
        }
    }

    void read_number() {
        auto const begin = offset_;
        while (offset_ < text_.size() && is_number_char(text_[offset_])) ++offset_;
        auto const number = text_.substr(begin, offset_ - begin);
        if (is_unsupported(number))
            tokens_.push_back({unsupported_token::kind_type::number, begin, number.size()});
    }

    /// False for a text that is not a number in JSON: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
    bool is_unsupported(std::string_view number) const noexcept {
        auto const size = number.size();
        if (number.starts_with('-')) number.remove_prefix(1);
        bool const leading_zero = number.starts_with('0');
        auto const whole = skip_digits(number);
        if (whole == 0 || (leading_zero && whole > 1)) return false;
        if (number.starts_with('.')) {
            number.remove_prefix(1);
            if (skip_digits(number) == 0) return false;
        }
        bool is_too_large = false;
        if (number.starts_with('e') || number.starts_with('E')) {
            number.remove_prefix(1);
            bool const negative = number.starts_with('-');
            if (negative || number.starts_with('+')) number.remove_prefix(1);
            auto const digits = number;
            auto const count = skip_digits(number);
            if (count == 0) return false;
            is_too_large = !negative && exponent(digits.substr(0, count)) > max_exponent;
        }
        return number.empty() &&
               (is_too_large || size > std::clamp(number_chars_, number_replacement.size(), max_digits));
    }

    static std::size_t skip_digits(std::string_view& text) noexcept {
        std::size_t count = 0;
        while (count < text.size() && is_digit(text[count])) ++count;
        text.remove_prefix(count);
        return count;
    }

    static std::size_t exponent(std::string_view digits) noexcept {
        std::size_t value = 0;
        for (char const digit : digits) {
            value = value * 10 + static_cast<std::size_t>(digit - '0');
            if (value > max_exponent) break;
        }
        return value;
    }

    std::string_view text_;
    std::size_t number_chars_;
    std::size_t offset_ = 0;
    std::size_t next_escape_;  ///< at or after `offset_`, or before it if it must be searched again
    std::vector<unsupported_token> tokens_;
};

}  // namespace

std::vector<unsupported_token> find_unsupported_tokens(std::string_view text, std::size_t number_chars) {
    return scanner(text, number_chars).run();
}

void replace_unsupported(std::string& text, std::vector<unsupported_token> const& tokens) {
    for (auto const& token : tokens) {
        bool const is_number = token.kind == unsupported_token::kind_type::number;
        auto const replacement = is_number ? number_replacement : surrogate_replacement;
        text.replace(token.offset, replacement.size(), replacement);
        auto const begin = text.begin() + static_cast<std::ptrdiff_t>(token.offset);
        std::fill(
            begin + static_cast<std::ptrdiff_t>(replacement.size()),
            begin + static_cast<std::ptrdiff_t>(token.size),
            ' '
        );
    }
}

}  // namespace tocsin::json
