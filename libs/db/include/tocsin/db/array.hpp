#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/parameter.hpp>
#include <tocsin/db/tuple_id.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::db {

namespace detail {

/// PostgreSQL's binary form of a one-dimensional array.
class array_image {
public:
    explicit array_image(std::uint32_t element_type);
    void add_null();
    void add_bytes(byte_view element);
    void reserve(std::size_t bytes) { image_.reserve(image_.size() + bytes); }
    std::size_t size() const noexcept { return size_; }
    byte_view image() const noexcept { return image_; }

private:
    void increment_size();

    byte_string image_;
    std::size_t size_ = 0;
};

// The types are object ids of pg_type, which are part of PostgreSQL's protocol and never change.
template <class T>
struct array_element;
template <>
struct array_element<bool> {
    static constexpr std::uint32_t type = 16;
    static constexpr std::string_view name = "boolean";
    static void add(array_image& array, bool value);
};
template <>
struct array_element<byte_view> {
    static constexpr std::uint32_t type = 17;
    static constexpr std::string_view name = "bytea";
    static void add(array_image& array, byte_view value) { array.add_bytes(value); }
};
template <>
struct array_element<std::int64_t> {
    static constexpr std::uint32_t type = 20;
    static constexpr std::string_view name = "bigint";
    static void add(array_image& array, std::int64_t value);
};
template <>
struct array_element<std::string_view> {
    static constexpr std::uint32_t type = 25;
    static constexpr std::string_view name = "text";
    static void add(array_image& array, std::string_view value);
};
template <>
struct array_element<tuple_id> {
    static constexpr std::uint32_t type = 27;
    static constexpr std::string_view name = "tid";
    static void add(array_image& array, tuple_id value);
};
template <>
struct array_element<timestamp> {
    static constexpr std::uint32_t type = 1184;
    static constexpr std::string_view name = "timestamptz";
    static void add(array_image& array, timestamp value);
};
template <>
struct array_element<uuid> {
    static constexpr std::uint32_t type = 2950;
    static constexpr std::string_view name = "uuid";
    static void add(array_image& array, uuid const& value) { array.add_bytes(value.bytes()); }
};

}  // namespace detail

/// A column of values as one array parameter, as in `unnest($1::uuid[], $2::text[])`. `T` is bool, byte_view,
/// std::int64_t, std::string_view, timestamp, tuple_id, or uuid, and the statement casts to the same type. A
/// NUL in a text throws bad_value. As bytes, it must be among the last parameters.
template <class T>
class array {
public:
    /// The name in the statement's cast.
    static constexpr std::string_view type_name = detail::array_element<T>::name;

    array() : image_(detail::array_element<T>::type) {}

    void add(T const& value) { detail::array_element<T>::add(image_, value); }
    template <class Value>
    void add(std::optional<Value> const& value) {
        if (value)
            add(T(*value));
        else
            image_.add_null();
    }
    template <class Tag>
    void add(id_of<Tag> const& id) {
        add(id.value);
    }
    template <class Tag>
    void add(std::optional<id_of<Tag>> const& id) {
        if (id)
            add(id->value);
        else
            image_.add_null();
    }
    void add_null() { image_.add_null(); }
    /// `bytes` of further elements, of which each takes four more than its size.
    void reserve(std::size_t bytes) { image_.reserve(bytes); }
    std::size_t size() const noexcept { return image_.size(); }
    byte_view image() const noexcept { return image_.image(); }

private:
    detail::array_image image_;
};

template <class T>
parameter to_parameter(array<T> const& values) {
    return to_parameter(values.image());
}

}  // namespace tocsin::db
