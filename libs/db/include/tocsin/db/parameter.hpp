#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::db {

/// A bound value of a statement: text in PostgreSQL's format, NULL, or raw bytes. Bytes (bytea, arrays) must
/// come after all others, because libpqxx 6 cannot mix them in another order; a bytea that may be NULL must
/// be the first of them. Bytes are not copied, so the value must outlive the parameter.
struct parameter {
    std::optional<std::string> text;
    std::optional<byte_view> bytes;
};

parameter to_parameter(std::string_view value);
inline parameter to_parameter(char const* value) {
    return to_parameter(std::string_view(value));
}
inline parameter to_parameter(std::string const& value) {
    return to_parameter(std::string_view(value));
}
parameter to_parameter(std::int64_t value);
inline parameter to_parameter(int value) {
    return to_parameter(std::int64_t{value});
}
parameter to_parameter(bool value);
parameter to_parameter(uuid const& value);
parameter to_parameter(timestamp value);
/// For `$n::bigint * interval '1 millisecond'`.
inline parameter to_parameter(std::chrono::milliseconds value) {
    return to_parameter(std::int64_t{value.count()});
}
parameter to_parameter(byte_view value);
inline parameter to_parameter(byte_string const& value) {
    return to_parameter(byte_view(value));
}
inline parameter to_parameter(std::nullptr_t) {
    return {};
}
/// An array literal, for text[] and bigint[].
parameter to_parameter(std::vector<std::string> const& values);
parameter to_parameter(std::vector<std::int64_t> const& values);

template <class Tag>
parameter to_parameter(id_of<Tag> const& id) {
    return to_parameter(id.value);
}
/// An enum with a `to_string` of its own.
template <class E>
    requires std::is_enum_v<E>
parameter to_parameter(E value) {
    return to_parameter(std::string_view(to_string(value)));
}
template <class T>
parameter to_parameter(std::optional<T> const& value) {
    return value ? to_parameter(*value) : parameter{};
}

}  // namespace tocsin::db
