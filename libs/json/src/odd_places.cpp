#include "odd_places.hpp"

#include <algorithm>

namespace tocsin::json {

namespace {

constexpr std::size_t escape_size = 6;  // \uXXXX
/// RapidJSON refuses numbers above about 1e308, even those that it hands over as text.
constexpr std::size_t greatest_exponent = 308;
constexpr std::size_t most_digits = 300;
constexpr std::size_t shortest_mended = std::string_view("null").size();

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_number_char(char c) noexcept {
    return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The code unit of the escape at `at`; -1 where there is none.
int code_unit(std::string_view text, std::size_t at) noexcept {
    auto const escape = text.substr(std::min(at, text.size()), escape_size);
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

    std::vector<odd_place> run() && {
        while (at_ < text_.size()) {
            char const c = text_[at_];
            if (c == '"') {
                pass_string();
            } else if (c == '-' || is_digit(c)) {
                pass_number();
            } else {
                ++at_;
            }
        }
        return std::move(found_);
    }

private:
    void pass_string() {
        ++at_;
        // Most strings have no escape: their end is the next quote.
        if (next_escape_ < at_) next_escape_ = std::min(text_.find('\\', at_), text_.size());
        auto const quote = std::min(text_.find('"', at_), text_.size());
        if (quote < next_escape_) {
            at_ = quote + 1;
            return;
        }
        while (at_ < text_.size()) {
            char const c = text_[at_];
            if (c == '\\') {
                pass_escape();
                continue;
            }
            ++at_;
            if (c == '"') return;
        }
    }

    void pass_escape() {
        int const unit = code_unit(text_, at_);
        if (is_high(unit) && is_low(code_unit(text_, at_ + escape_size))) {
            at_ += 2 * escape_size;
        } else if (is_high(unit) || is_low(unit)) {
            found_.push_back({odd_place::kind_type::lone_surrogate, at_, escape_size});
            at_ += escape_size;
        } else {
            at_ += 2;
        }
    }

    void pass_number() {
        auto const begin = at_;
        while (at_ < text_.size() && is_number_char(text_[at_])) ++at_;
        auto const number = text_.substr(begin, at_ - begin);
        if (is_odd(number)) found_.push_back({odd_place::kind_type::number, begin, number.size()});
    }

    /// Only what is a number by JSON's rules: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
    bool is_odd(std::string_view number) const noexcept {
        auto const size = number.size();
        if (number.starts_with('-')) number.remove_prefix(1);
        bool const leading_zero = number.starts_with('0');
        auto const whole = pass_digits(number);
        if (whole == 0 || (leading_zero && whole > 1)) return false;
        if (number.starts_with('.')) {
            number.remove_prefix(1);
            if (pass_digits(number) == 0) return false;
        }
        bool great = false;
        if (number.starts_with('e') || number.starts_with('E')) {
            number.remove_prefix(1);
            bool const negative = number.starts_with('-');
            if (negative || number.starts_with('+')) number.remove_prefix(1);
            auto const digits = number;
            auto const count = pass_digits(number);
            if (count == 0) return false;
            great = !negative && exponent(digits.substr(0, count)) > greatest_exponent;
        }
        return number.empty() && (great || size > std::clamp(number_chars_, shortest_mended, most_digits));
    }

    static std::size_t pass_digits(std::string_view& text) noexcept {
        std::size_t count = 0;
        while (count < text.size() && is_digit(text[count])) ++count;
        text.remove_prefix(count);
        return count;
    }

    static std::size_t exponent(std::string_view digits) noexcept {
        std::size_t value = 0;
        for (char const digit : digits) {
            value = value * 10 + static_cast<std::size_t>(digit - '0');
            if (value > greatest_exponent) break;
        }
        return value;
    }

    std::string_view text_;
    std::size_t number_chars_;
    std::size_t at_ = 0;
    std::size_t next_escape_;  ///< of the text; to be looked for again once it is passed
    std::vector<odd_place> found_;
};

}  // namespace

std::vector<odd_place> find_odd_places(std::string_view text, std::size_t number_chars) {
    return scanner(text, number_chars).run();
}

void mend(std::string& text, std::vector<odd_place> const& places) {
    for (auto const& place : places) {
        std::string_view const mended = place.kind == odd_place::kind_type::number ? "null" : "\\ufffd";
        text.replace(place.at, mended.size(), mended);
        auto const rest = place.at + mended.size();
        std::fill(
            text.begin() + static_cast<std::ptrdiff_t>(rest),
            text.begin() + static_cast<std::ptrdiff_t>(place.at + place.size),
            ' '
        );
    }
}

}  // namespace tocsin::json
