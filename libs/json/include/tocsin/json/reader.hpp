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

/// Length of a text in bytes, both ends included. Texts that reach the database must not hold NUL: always
/// refused.
struct length {
    std::size_t min = 0;
    std::size_t max = 1024;
};

/// Reads one object as a request's fields, collects every problem with its path, and refuses members nobody
/// asked for:
///
///     json::reader in(body.root());
///     auto slug = in.required_text("slug", {1, 63});
///     auto about = in.optional_text("description", {0, 2000});
///     if (auto bad = in.problems()) return *bad;
///
/// After a problem the read answers a default, so that all problems are found in one go.
class reader {
public:
    /// `path` prefixes the paths of the problems ("items[3]").
    explicit reader(value object, std::string path = {});

    std::string required_text(std::string_view name, length bounds);
    /// Nothing where the member is missing or null.
    std::optional<std::string> optional_text(std::string_view name, length bounds);
    secret required_secret(std::string_view name, length bounds);
    bool optional_bool(std::string_view name, bool otherwise);
    std::optional<bool> optional_bool(std::string_view name);
    std::optional<std::int64_t> optional_int(std::string_view name, std::int64_t min, std::int64_t max);
    std::int64_t required_int(std::string_view name, std::int64_t min, std::int64_t max);
    std::optional<timestamp> optional_time(std::string_view name);
    std::optional<std::vector<std::string>> optional_texts(
        std::string_view name, std::size_t max_items, length each
    );
    /// One of a fixed set of words.
    std::optional<std::string> optional_word(
        std::string_view name, std::initializer_list<std::string_view> words
    );
    std::string required_word(std::string_view name, std::initializer_list<std::string_view> words);

    /// A member of any kind for the caller to read on, such as a list of objects. Nothing where it is missing
    /// or null.
    std::optional<value> optional_value(std::string_view name);

    /// True where the member is there, null included: tells "set to null" from "left alone" in a PATCH.
    bool has(std::string_view name) const;
    /// Adds a problem of one's own.
    void reject(std::string_view name, std::string message);

    /// Everything wrong so far, unknown members included, as one errc::invalid; nothing where all is well.
    std::optional<error> problems();

private:
    std::optional<value> take(std::string_view name);
    std::string path_of(std::string_view name) const;

    value object_;
    std::string path_;
    std::vector<std::string> asked_;
    std::vector<field_error> problems_;
};

}  // namespace tocsin::json
