#pragma once

#include <tocsin/base/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// Writes one document, member by member, without white space. Ill-formed UTF-8 becomes U+FFFD. Misuse (a
/// member without a name in an object, unbalanced ends) throws std::logic_error.
///
///     json::writer out;
///     out.begin_object().field("id", id).name("tags").begin_array().text("a").end_array().end_object();
///     return out.take();
class writer {
public:
    writer();
    ~writer();
    writer(writer&&) noexcept;
    writer& operator=(writer&&) noexcept;

    writer& begin_object();
    writer& end_object();
    writer& begin_array();
    writer& end_array();
    writer& name(std::string_view key);

    writer& text(std::string_view content);
    writer& number(std::int64_t content);
    writer& boolean(bool content);
    writer& null();
    writer& time(timestamp content);
    /// Copies a JSON value that is trusted and complete.
    writer& raw(std::string_view json);

    writer& field(std::string_view key, std::string_view content);
    writer& field(std::string_view key, char const* content) { return field(key, std::string_view(content)); }
    writer& field(std::string_view key, std::string const& content) {
        return field(key, std::string_view(content));
    }
    writer& field(std::string_view key, std::int64_t content);
    writer& field(std::string_view key, int content) { return field(key, std::int64_t{content}); }
    writer& field(std::string_view key, bool content);
    writer& field(std::string_view key, timestamp content);
    writer& field(std::string_view key, std::nullptr_t);
    writer& field(std::string_view key, std::vector<std::string> const& texts);
    template <class T>
    writer& field(std::string_view key, std::optional<T> const& content) {
        return content ? field(key, *content) : field(key, nullptr);
    }

    /// The complete text. The writer is empty afterwards.
    std::string take();

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::json
