#include <tocsin/base/time.hpp>

#include <cstdint>

namespace tocsin {

namespace {

namespace chrono = std::chrono;

constexpr int first_year = 1970;
constexpr int last_year = 9999;
constexpr int fraction_max = 9;
constexpr int microsecond_digits = 6;

class machine_clock final : public clock {
public:
    timestamp now() const noexcept override {
        return chrono::floor<chrono::microseconds>(chrono::system_clock::now());
    }
};

void append_digits(std::string& out, std::int64_t number, std::size_t width) {
    std::string const digits = std::to_string(number);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

/// Reads a text from its start. If a part is missing, all further reads fail.
class cursor {
public:
    explicit cursor(std::string_view text) noexcept : rest_(text) {}

    /// Exactly `width` digits, from `low` to `high`.
    int number(std::size_t width, int low, int high) noexcept {
        int value = 0;
        for (std::size_t index = 0; index < width; ++index) {
            if (!is_digit()) return fail();
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value < low || value > high ? fail() : value;
    }
    /// One of `allowed`.
    char one_of(std::string_view allowed) noexcept {
        if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
            fail();
            return '\0';
        }
        char const first = rest_.front();
        rest_.remove_prefix(1);
        return first;
    }
    bool is_digit() const noexcept { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    bool is_at(char c) const noexcept { return rest_.starts_with(c); }
    bool is_finished() const noexcept { return rest_.empty() && !failed_; }

private:
    int fail() noexcept {
        failed_ = true;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool failed_ = false;
};

/// 0 to 9 digits after the seconds, truncated (not rounded) to microseconds.
chrono::microseconds read_fraction(cursor& text) noexcept {
    if (!text.is_at('.')) return {};
    text.one_of(".");
    int value = 0;
    int digits = 0;
    do {
        int const digit = text.number(1, 0, 9);
        if (digits < microsecond_digits) value = value * 10 + digit;
        ++digits;
    } while (text.is_digit() && digits < fraction_max);
    for (; digits < microsecond_digits; ++digits) value *= 10;
    return chrono::microseconds(value);
}

chrono::minutes read_offset(cursor& text) noexcept {
    char const sign = text.one_of("Zz+-");
    if (sign != '+' && sign != '-') return {};
    chrono::minutes offset = chrono::hours(text.number(2, 0, 23));
    if (text.is_at(':')) {
        text.one_of(":");
        offset += chrono::minutes(text.number(2, 0, 59));
    }
    return sign == '-' ? -offset : offset;
}

}  // namespace

clock const& system_clock() noexcept {
    static machine_clock const instance;
    return instance;
}

std::string to_rfc3339(timestamp moment) {
    auto const day = chrono::floor<chrono::days>(moment);
    chrono::year_month_day const date(day);
    chrono::hh_mm_ss const time(moment - day);
    std::string out;
    out.reserve(sizeof("2026-03-02T09:14:05.120000Z") - 1);
    append_digits(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_digits(out, time.hours().count(), 2);
    out += ':';
    append_digits(out, time.minutes().count(), 2);
    out += ':';
    append_digits(out, time.seconds().count(), 2);
    out += '.';
    append_digits(out, time.subseconds().count(), microsecond_digits);
    out += 'Z';
    return out;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) noexcept {
    cursor input(text);
    chrono::year const year(input.number(4, first_year, last_year));
    input.one_of("-");
    chrono::month const month(static_cast<unsigned>(input.number(2, 1, 12)));
    input.one_of("-");
    chrono::day const day(static_cast<unsigned>(input.number(2, 1, 31)));
    input.one_of("Tt ");
    chrono::hours const hours(input.number(2, 0, 23));
    input.one_of(":");
    chrono::minutes const minutes(input.number(2, 0, 59));
    input.one_of(":");
    // 60: a leap second, which counts as the first second of the next minute.
    chrono::seconds const seconds(input.number(2, 0, 60));
    auto const fraction = read_fraction(input);
    auto const offset = read_offset(input);
    chrono::year_month_day const date(year, month, day);
    if (!input.is_finished() || !date.ok()) return std::nullopt;

    timestamp const moment = chrono::sys_days(date) + hours + minutes + seconds + fraction - offset;
    timestamp const end = chrono::sys_days(chrono::year(last_year + 1) / 1 / 1);
    if (moment < timestamp{} || moment >= end) return std::nullopt;
    return moment;
}

}  // namespace tocsin
