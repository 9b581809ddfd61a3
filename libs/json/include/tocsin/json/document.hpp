#pragma once

#include <tocsin/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// What a document may cost. The defaults are for bodies of our own API and of Sentry's answers.
struct limits {
    std::size_t depth = 32;
    std::size_t nodes = 50'000;
    std::size_t members = 1'000;  ///< per object
    std::size_t key_bytes = 256;
    std::size_t string_bytes = 64 * 1024;
    std::size_t number_chars = 40;
};

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

class document;
namespace detail {
struct tree;
}

/// A place in a document: a cheap view, valid as long as the document lives (moving the document keeps it
/// valid).
class value {
public:
    json::kind kind() const noexcept;
    bool is_null() const noexcept { return kind() == json::kind::null; }

    /// The member of an object; nothing where this is no object or has no such member.
    std::optional<value> find(std::string_view key) const noexcept;
    /// `find` along a path of member names: `at({"data", "issue", "id"})`.
    std::optional<value> at(std::initializer_list<std::string_view> path) const noexcept;

    /// Typed reads; nothing where the kind differs (or the number does not fit).
    std::optional<std::string_view> as_string() const noexcept;
    std::optional<std::string_view> as_number_text() const noexcept;  ///< as it stood on the wire
    std::optional<std::int64_t> as_int64() const noexcept;  ///< whole numbers without exponent or fraction
    std::optional<double> as_double() const noexcept;       ///< finite ones
    std::optional<bool> as_bool() const noexcept;
    /// An id that Sentry writes as a string here and as a number there: the text of either, nothing else.
    std::optional<std::string_view> as_id_text() const noexcept;

    /// Elements of an array or members of an object, in order; empty for anything else.
    std::size_t size() const noexcept;
    value element(std::size_t index
    ) const noexcept;  ///< of an array or (the values) of an object; index < size()
    std::string_view key(std::size_t index) const noexcept;  ///< of an object; index < size()

private:
    friend class document;
    value(detail::tree const* owner, std::uint32_t node) : owner_(owner), node_(node) {}
    detail::tree const* owner_;
    std::uint32_t node_;
};

/// A parsed document whose root is an object (or an array where that was allowed). Immutable.
class document {
public:
    document(document&&) noexcept;
    document& operator=(document&&) noexcept;
    ~document();

    value root() const noexcept;
    /// True where `parse_lenient` left something out or repaired something.
    bool cut() const noexcept;

private:
    friend class document_builder;
    explicit document(std::unique_ptr<detail::tree> content) noexcept;
    std::unique_ptr<detail::tree> content_;
};

enum class root { object, object_or_array };

/// Strict parse of JSON from outside: iterative, validating, numbers kept as text, duplicate keys, NUL bytes,
/// ill-formed UTF-8 (also behind escapes), lone surrogates, trailing bytes and anything over the limits
/// refused with errc::invalid and the offset in the detail.
result<document> parse(std::string_view text, root allowed = root::object, limits const& within = {});

/// A path of wanted members, `/`-separated from the root; `*` stands for any member or element; a trailing
/// `**` takes the whole subtree. "data/issue/**", "data/event/tags/*/*". At most 64 paths, and `**` only at
/// an end: else the parse throws std::invalid_argument.
using selection = std::vector<std::string_view>;

/// Parse of a signed body whose sender we do not control and whose events must not be lost: the same syntax
/// rules, but only the selected places are built; what is too long is cut, too deep or too many left out,
/// ill-formed text repaired to U+FFFD (lone surrogates and \u0000 too), overlong numbers become null, and
/// `cut()` then says so. A duplicate key keeps the first and sets `cut()`. Refused (errc::invalid): no JSON
/// at all, a NUL byte, a root that is no object.
result<document> parse_lenient(std::string_view text, selection const& wanted, limits const& within = {});

}  // namespace tocsin::json
