#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/config/address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::config {

/// Looks up a variable; an empty value counts as unset. `process_environment()` in the program, a map in
/// tests.
using environment = std::function<std::optional<std::string>(std::string_view name)>;
environment process_environment();

enum class presence { optional, required };

template <class T>
struct range {
    T min;
    T max;
};

/// A declared option, for the documentation.
struct declaration {
    std::string_view name;
    std::string default_value;  ///< as text; empty: none
    std::string_view help;
    presence need = presence::optional;
};

class reader;

/// An option that has been read, for further checks.
class option {
public:
    option(reader& in, std::string_view name, bool is_set) : in_(in), name_(name), is_set_(is_set) {}

    std::string_view name() const noexcept { return name_; }
    /// The environment has a value that is well-formed.
    bool is_set() const noexcept { return is_set_; }
    /// Records a problem: `reject("must be shorter than TOCSIN_SESSION_MAX")`.
    void reject(std::string problem) const;

private:
    reader& in_;
    std::string_view name_;
    bool is_set_;
};

/// Declares options and reads them from an environment. Each function declares one option: its name, the
/// variable that it sets (which gives the type and, by its present value, the default), its range, and its
/// help, which is one line. Names and helps are literals.
///
/// For each NAME there is NAME_FILE: a file with the value. Problems are collected, so that all of them are
/// reported at once; after a problem the variable keeps its default.
class reader {
public:
    explicit reader(environment from);

    option text(
        std::string_view name, std::string& value, std::string_view help, presence need = presence::optional
    );
    /// A text that is never shown.
    option hidden(
        std::string_view name, secret& value, std::string_view help, presence need = presence::optional
    );
    /// `200ms`, `30s`, `15m`, `8h`, `7d`; whole numbers.
    option duration(
        std::string_view name,
        std::chrono::milliseconds& value,
        range<std::chrono::milliseconds> allowed,
        std::string_view help
    );
    /// `64KiB`, `5MiB`, or plain bytes.
    option size(
        std::string_view name, std::uint64_t& value, range<std::uint64_t> allowed, std::string_view help
    );
    option integer(
        std::string_view name, std::int64_t& value, range<std::int64_t> allowed, std::string_view help
    );
    option integer(std::string_view name, int& value, range<int> allowed, std::string_view help);
    option address(std::string_view name, endpoint& value, std::string_view help);
    option url(
        std::string_view name, base_url& value, std::string_view help, presence need = presence::optional
    );
    /// Comma-separated; items are trimmed, and empty items dropped.
    option list(std::string_view name, std::vector<std::string>& value, std::string_view help);
    template <class Enum, std::size_t N>
    option word(
        std::string_view name, Enum& value, enum_names<Enum, N> const& allowed, std::string_view help
    ) {
        auto words = std::vector{std::string(name_of(allowed, value))};
        auto const read = words_of(name, words, all_names(allowed), help, count::one);
        value = *value_of(allowed, words.front());
        return read;
    }
    /// One or more words, comma-separated.
    template <class Enum, std::size_t N>
    option words(
        std::string_view name,
        std::vector<Enum>& value,
        enum_names<Enum, N> const& allowed,
        std::string_view help
    ) {
        std::vector<std::string> words;
        for (auto const each : value) words.emplace_back(name_of(allowed, each));
        auto const read = words_of(name, words, all_names(allowed), help, count::many);
        value.clear();
        for (auto const& each : words) value.push_back(*value_of(allowed, each));
        return read;
    }

    void reject(std::string_view name, std::string problem);
    /// One line per problem: `NAME: what is wrong and what is expected`, without hidden values.
    std::vector<std::string> const& problems() const noexcept { return problems_; }
    /// In the order of the calls.
    std::vector<declaration> const& declarations() const noexcept { return declarations_; }

private:
    enum class count { one, many };

    option words_of(
        std::string_view name,
        std::vector<std::string>& value,
        std::span<std::string_view const> allowed,
        std::string_view help,
        count how_many
    );
    std::optional<std::string> declare(declaration what);
    std::optional<std::string> find(std::string_view name);
    template <class T, class Kind>
    option number(std::string_view name, T& value, range<T> allowed, std::string_view help, Kind const& kind);

    environment from_;
    std::vector<declaration> declarations_;
    std::vector<std::string> problems_;
};

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

}  // namespace tocsin::config
