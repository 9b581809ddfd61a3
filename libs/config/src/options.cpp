#include <tocsin/base/text.hpp>
#include <tocsin/config/options.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace tocsin::config {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t shown_bytes = 80;
/// Larger than any option. A wrong path (a log, a device) must not fill the memory.
constexpr std::size_t max_file_bytes = 1 << 20;

std::string in_quotes(std::string_view content) {
    return '"' + printable(content, shown_bytes) + '"';
}

template <class Range>
std::string joined(Range const& items, std::string_view separator) {
    std::string text;
    for (auto const& each : items) {
        if (!text.empty()) text += separator;
        text += each;
    }
    return text;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const comma = text.find(',');
        auto const item = trim(text.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return items;
}

/// How numbers of one kind are written.
struct duration_kind {
    static constexpr std::string_view noun = "a duration";
    static constexpr std::string_view form = "a whole number with ms, s, m, h, or d";

    static std::optional<milliseconds> parse(std::string_view text) { return parse_duration(text); }
    /// In the largest unit that divides the value; one day is written as 24h.
    static std::string format(milliseconds value) {
        constexpr std::array<std::pair<std::int64_t, char const*>, 4> units{
            {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}}
        };
        for (auto const& [size, name] : units) {
            bool const is_one_day = size == units.front().first && value.count() == size;
            if (value.count() != 0 && value.count() % size == 0 && !is_one_day)
                return std::to_string(value.count() / size) + name;
        }
        return std::to_string(value.count()) + "ms";
    }
};

struct size_kind {
    static constexpr std::string_view noun = "a size";
    static constexpr std::string_view form = "a whole number with KiB, MiB, GiB, or no unit";

    static std::optional<std::uint64_t> parse(std::string_view text) { return parse_size(text); }
    static std::string format(std::uint64_t value) {
        constexpr std::array<std::pair<int, char const*>, 3> units{{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}}};
        for (auto const& [shift, name] : units) {
            if (value != 0 && value % (std::uint64_t{1} << shift) == 0)
                return std::to_string(value >> shift) + name;
        }
        return std::to_string(value);
    }
};

template <class T>
struct integer_kind {
    static constexpr std::string_view noun = "a whole number";
    static constexpr std::string_view form = noun;

    static std::optional<T> parse(std::string_view text) noexcept {
        T number{};
        auto const* const end = text.data() + text.size();
        auto const [stopped, failed] = std::from_chars(text.data(), end, number);
        return failed == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
    }
    static std::string format(T value) { return std::to_string(value); }
};

/// At most `max_file_bytes` + 1 bytes of a file; nothing where it cannot be read.
std::optional<std::string> read_file(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string content(max_file_bytes + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (file.bad()) return std::nullopt;
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

}  // namespace

environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        char const* const content = std::getenv(std::string(name).c_str());
        return content == nullptr ? std::nullopt : std::optional<std::string>(content);
    };
}

void option::reject(std::string problem) const {
    in_.reject(name_, std::move(problem));
}

reader::reader(environment from) : from_(std::move(from)) {}

void reader::reject(std::string_view name, std::string problem) {
    problems_.push_back(std::string(name) + ": " + std::move(problem));
}

/// Records the declaration. Returns the text of the value; nothing where the default applies or where the
/// value could not be read.
std::optional<std::string> reader::declare(declaration what) {
    auto const problems_before = problems_.size();
    auto content = find(what.name);
    if (!content && what.need == presence::required && problems_.size() == problems_before)
        reject(what.name, "is required: " + std::string(what.help));
    declarations_.push_back(std::move(what));
    return content;
}

std::optional<std::string> reader::find(std::string_view name) {
    std::string const file_name = std::string(name) + "_FILE";
    auto direct = from_(name).value_or(std::string());
    auto const path = from_(file_name).value_or(std::string());
    if (!direct.empty() && !path.empty()) {
        reject(name, "is set, and " + file_name + " too; set only one of them");
        return std::nullopt;
    }
    if (!direct.empty()) return direct;
    if (path.empty()) return std::nullopt;

    auto content = read_file(path);
    if (!content) {
        reject(
            file_name,
            "the file " + in_quotes(path) + " cannot be read; expected a file that contains the value"
        );
        return std::nullopt;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    bool const fits =
        !content->empty() && content->size() <= max_file_bytes && content->find('\0') == std::string::npos;
    if (!fits) {
        reject(
            file_name,
            "the file " + in_quotes(path) + " must contain a text of 1 byte to 1MiB, without NUL bytes"
        );
        return std::nullopt;
    }
    return content;
}

option reader::text(std::string_view name, std::string& value, std::string_view help, presence need) {
    auto content = declare({name, value, help, need});
    if (content) value = *content;
    return {*this, name, content.has_value()};
}

option reader::hidden(std::string_view name, secret& value, std::string_view help, presence need) {
    auto content = declare({name, "", help, need});
    bool const is_set = content.has_value();
    if (is_set) value = secret(*std::move(content));
    return {*this, name, is_set};
}

template <class T, class Kind>
option reader::number(
    std::string_view name, T& value, range<T> allowed, std::string_view help, Kind const& kind
) {
    auto const content = declare({name, kind.format(value), help});
    if (!content) return {*this, name, false};
    auto const parsed = kind.parse(*content);
    bool const fits = parsed && *parsed >= allowed.min && *parsed <= allowed.max;
    if (fits) {
        value = *parsed;
    } else {
        auto const fault = parsed ? " is out of range" : " is not " + std::string(kind.noun);
        reject(
            name,
            in_quotes(*content) + fault + "; expected " + std::string(kind.form) + ", from " +
                kind.format(allowed.min) + " to " + kind.format(allowed.max)
        );
    }
    return {*this, name, fits};
}

option reader::duration(
    std::string_view name, milliseconds& value, range<milliseconds> allowed, std::string_view help
) {
    return number(name, value, allowed, help, duration_kind{});
}

option reader::size(
    std::string_view name, std::uint64_t& value, range<std::uint64_t> allowed, std::string_view help
) {
    return number(name, value, allowed, help, size_kind{});
}

option reader::integer(
    std::string_view name, std::int64_t& value, range<std::int64_t> allowed, std::string_view help
) {
    return number(name, value, allowed, help, integer_kind<std::int64_t>{});
}

option reader::integer(std::string_view name, int& value, range<int> allowed, std::string_view help) {
    return number(name, value, allowed, help, integer_kind<int>{});
}

option reader::address(std::string_view name, endpoint& value, std::string_view help) {
    auto const content = declare({name, value.host.empty() ? "" : value.str(), help});
    auto parsed = content ? parse_endpoint(*content) : std::nullopt;
    bool const is_set = parsed.has_value();
    if (content && !is_set)
        reject(
            name,
            in_quotes(*content) + " is not an address; expected host:port, such as 0.0.0.0:8080 or [::1]:8080"
        );
    if (is_set) value = *std::move(parsed);
    return {*this, name, is_set};
}

option reader::url(std::string_view name, base_url& value, std::string_view help, presence need) {
    auto const content = declare({name, value.host.empty() ? "" : value.str(), help, need});
    auto parsed = content ? parse_base_url(*content) : std::nullopt;
    bool const is_set = parsed.has_value();
    if (content && !is_set)
        reject(
            name,
            in_quotes(*content) +
                " is not a base URL; expected http:// or https://, a host, and no user, query, or fragment, such as https://tocsin.example.com"
        );
    if (is_set) value = *std::move(parsed);
    return {*this, name, is_set};
}

option reader::list(std::string_view name, std::vector<std::string>& value, std::string_view help) {
    auto const content = declare({name, joined(value, ","), help});
    if (content) value = split(*content);
    return {*this, name, content.has_value()};
}

option reader::words_of(
    std::string_view name,
    std::vector<std::string>& value,
    std::span<std::string_view const> allowed,
    std::string_view help,
    count how_many
) {
    auto const content = declare({name, joined(value, ","), help});
    if (!content) return {*this, name, false};
    auto words = how_many == count::one ? std::vector{*content} : split(*content);
    auto const is_unknown = [allowed](std::string const& word) {
        return std::find(allowed.begin(), allowed.end(), word) == allowed.end();
    };
    auto const unknown = std::find_if(words.begin(), words.end(), is_unknown);
    bool const fits = unknown == words.end() && !words.empty();
    if (fits) {
        value = std::move(words);
    } else {
        auto const expected =
            (how_many == count::one ? "one of " : "one or more of ") + joined(allowed, ", ");
        reject(
            name,
            (words.empty() ? "has no value" : in_quotes(*unknown) + " is not known") + "; expected " +
                expected
        );
    }
    return {*this, name, fits};
}

}  // namespace tocsin::config
