#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/json/document.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// Length of a text in bytes, inclusive. A NUL is always refused, because the database does not accept it.
struct length {
    std::size_t min = 0;
    std::size_t max = 1024;
};

/// Reads an object as the fields of a request. Collects all problems with their paths, and refuses members
/// that are not read:
///
///     json::reader fields(body.root());
///     auto slug = fields.required_text("slug", {1, 63});
///     auto description = fields.optional_text("description", {0, 2000});
///     if (auto problems = fields.problems()) return *problems;
///
/// A read with a problem returns a default, so that all problems are reported at once.
class reader {
public:
    /// `path` is the prefix of the paths ("items[3]").
    explicit reader(value object, std::string path = {});

    std::string required_text(std::string_view name, length bounds);
    /// Nothing if the member is missing or null.
    std::optional<std::string> optional_text(std::string_view name, length bounds);
    /// The same without the spaces and line ends around it.
    std::optional<std::string> optional_pasted_text(std::string_view name, length bounds);
    secret required_secret(std::string_view name, length bounds);
    bool optional_bool(std::string_view name, bool default_value);
    std::optional<bool> optional_bool(std::string_view name);
    std::optional<std::int64_t> optional_int(std::string_view name, std::int64_t min, std::int64_t max);
    std::int64_t required_int(std::string_view name, std::int64_t min, std::int64_t max);
    std::optional<timestamp> optional_time(std::string_view name);
    std::optional<std::vector<std::string>> optional_texts(
        std::string_view name, std::size_t max_items, length bounds
    );
    /// One of the given words.
    std::optional<std::string> optional_word(
        std::string_view name, std::initializer_list<std::string_view> words
    );
    std::string required_word(std::string_view name, std::initializer_list<std::string_view> words);

    /// A member of any kind, such as a list of objects, for the caller to read. Nothing if it is missing or
    /// null.
    std::optional<value> optional_value(std::string_view name);

    /// True if the member exists, even if it is null: a PATCH distinguishes null from a missing member.
    bool has(std::string_view name) const;
    /// Adds a problem that the caller has found.
    void reject(std::string_view name, std::string message);

    /// All problems so far, unknown members included, as one errc::invalid. Nothing if there are none.
    std::optional<error> problems();

private:
    std::optional<std::string> checked_text(
        std::string_view name, std::optional<std::string_view> text, length bounds
    );
    std::optional<value> take(std::string_view name);
    std::string path_of(std::string_view name) const;

    value object_;
    std::string path_;
    std::vector<std::string> names_;  ///< of the members that were read
    std::vector<field_error> problems_;
};

}  // namespace tocsin::json
