#pragma once

#include "gateway/input.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/json/reader.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The formats of body fields. `read` returns nothing for a field that is missing, null, or wrong; what is
/// wrong is reported to the reader.
namespace tocsin::gateway {

/// Neither missing nor null.
bool is_given(json::reader& in, std::string_view name);

struct text {
    json::length length;
    /// What else is wrong with a text ("must not contain spaces"); empty for nothing.
    std::string_view (*problem)(std::string const&) = nullptr;
    enum class null { is_missing, is_wrong } if_null = null::is_missing;
    enum class surroundings { kept, trimmed } space_around = surroundings::kept;

    std::optional<std::string> read(json::reader& in, std::string_view name) const;
    void describe(input_field& field) const { field.length = length; }
};
/// A token, a secret, or a slug, which people paste: without the spaces and line ends around it.
constexpr text pasted(
    json::length length,
    std::string_view (*problem)(std::string const&) = nullptr,
    text::null if_null = text::null::is_missing
) {
    return {length, problem, if_null, text::surroundings::trimmed};
}
/// Rules for `text::problem`.
std::string_view header_value_problem(std::string const& given);
std::string_view control_character_problem(std::string const& given);
std::string_view slug_problem(std::string const& given);
/// An empty text is none.
std::string_view web_address_problem(std::string const& given);

struct texts {
    std::size_t max_items = 0;
    json::length each;

    std::optional<std::vector<std::string>> read(json::reader& in, std::string_view name) const {
        return in.optional_texts(name, max_items, each);
    }
    void describe(input_field&) const noexcept {}
};

struct flag {
    std::optional<bool> read(json::reader& in, std::string_view name) const { return in.optional_bool(name); }
    void describe(input_field&) const noexcept {}
};

struct moment {
    std::optional<timestamp> read(json::reader& in, std::string_view name) const {
        return in.optional_time(name);
    }
    void describe(input_field&) const noexcept {}
};

template <class Id>
struct id_text {
    std::optional<Id> read(json::reader& in, std::string_view name) const {
        constexpr std::size_t chars = 36;
        auto const given = in.optional_text(name, {chars, chars});
        if (!given) return std::nullopt;
        auto const id = Id::parse(*given);
        if (!id) in.reject(name, "must be a UUID");
        return id;
    }
    void describe(input_field&) const noexcept {}
};

/// A text from a list.
struct word {
    std::vector<std::string> words;

    std::optional<std::string> read(json::reader& in, std::string_view name) const;
    void describe(input_field& field) const { field.words = words; }
};

/// A value of an enum, by its name: all of them, or those in `allowed`.
template <class Enum>
class choice {
public:
    template <std::size_t N>
    explicit choice(enum_names<Enum, N> const& names) : choice(names, words_of(names)) {}
    template <std::size_t N>
    choice(enum_names<Enum, N> const& names, std::vector<std::string> allowed)
        : values_(names.begin(), names.end()), words_(std::move(allowed)) {}

    std::optional<Enum> read(json::reader& in, std::string_view name) const {
        auto const chosen = word{words_}.read(in, name);
        if (!chosen) return std::nullopt;
        for (auto const& [value, value_name] : values_)
            if (value_name == *chosen) return value;
        return std::nullopt;
    }
    void describe(input_field& field) const { field.words = words_; }

private:
    std::vector<std::pair<Enum, std::string_view>> values_;
    std::vector<std::string> words_;
};

/// "a, b, c"
std::string listed(std::vector<std::string> const& words);

}  // namespace tocsin::gateway
