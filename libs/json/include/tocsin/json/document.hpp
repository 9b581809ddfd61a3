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

/// Limits of a document. The defaults are for requests to our API and for Sentry's responses.
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

/// A view of a value in a document, valid as long as the document exists, also after it is moved.
class value {
public:
    json::kind kind() const noexcept;
    bool is_null() const noexcept { return kind() == json::kind::null; }

    /// A member of an object; nothing if this is not an object, or has no such member.
    std::optional<value> find(std::string_view key) const noexcept;
    /// `find` along a path of member names: `at({"data", "issue", "id"})`.
    std::optional<value> at(std::initializer_list<std::string_view> path) const noexcept;

    /// Nothing if the kind is another one, or the number does not fit.
    std::optional<std::string_view> as_string() const noexcept;
    std::optional<std::string_view> as_number_text() const noexcept;  ///< as in the text
    std::optional<std::int64_t> as_int64() const noexcept;  ///< whole numbers without exponent or fraction
    std::optional<double> as_double() const noexcept;       ///< finite numbers
    std::optional<bool> as_bool() const noexcept;
    /// The text of a string or a number: Sentry writes some ids as both.
    std::optional<std::string_view> as_id_text() const noexcept;

    /// Elements of an array or members of an object, in order; empty for anything else.
    std::size_t size() const noexcept;
    /// An element of an array, or the value of a member; index < size().
    value element(std::size_t index) const noexcept;
    std::string_view key(std::size_t index) const noexcept;  ///< of an object; index < size()

private:
    friend class document;
    value(detail::tree const* owner, std::uint32_t node) : owner_(owner), node_(node) {}
    detail::tree const* owner_;
    std::uint32_t node_;
};

/// A parsed document. The root is an object, or an array if that was allowed. Immutable.
class document {
public:
    document(document&&) noexcept;
    document& operator=(document&&) noexcept;
    ~document();

    value root() const noexcept;
    /// True if `parse_lenient` omitted or repaired a part of the selected places.
    bool cut() const noexcept;

private:
    friend class document_builder;
    explicit document(std::unique_ptr<detail::tree> content) noexcept;
    std::unique_ptr<detail::tree> content_;
};

enum class root { object, object_or_array };

/// Parses JSON from outside strictly. Refuses duplicate keys, NUL bytes, ill-formed UTF-8 (also escaped),
/// lone surrogates, trailing bytes, and everything over the limits with errc::invalid and the offset in the
/// detail. Numbers stay text.
result<document> parse(std::string_view text, root root = root::object, limits const& limits = {});

/// Paths of members from the root, separated by `/`. `*` matches any member or element, and `**` as the last
/// step the whole subtree: "data/issue/**", "data/event/tags/*/*". For more than 64 paths, or `**` at another
/// place, the parse throws std::invalid_argument.
using selection = std::vector<std::string_view>;

/// Parses a signed body whose sender we do not control and whose events must not be lost. The syntax rules
/// are the same, but only the selected places are built. Long text is cut; values that are too deep or too
/// many are omitted; ill-formed text, lone surrogates, and \u0000 become U+FFFD; long numbers become null;
/// and of duplicate keys, the first one is kept. In all these cases, `cut()` is true. Refuses text that is
/// not JSON, a NUL byte, and a root that is not an object (errc::invalid).
result<document> parse_lenient(std::string_view text, selection const& paths, limits const& limits = {});

}  // namespace tocsin::json
