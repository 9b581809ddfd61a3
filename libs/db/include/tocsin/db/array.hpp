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

/// PostgreSQL's binary form of a one-dimensional array, grown element by element.
class array_image {
public:
    explicit array_image(std::uint32_t element_type);
    void add_null();
    void add_bytes(byte_view element);
    void reserve(std::size_t bytes) { image_.reserve(image_.size() + bytes); }
    std::size_t size() const noexcept { return size_; }
    byte_view image() const noexcept { return image_; }

private:
    void count_one();

    byte_string image_;
    std::size_t size_ = 0;
};

// The object ids are those of pg_type: part of PostgreSQL's protocol, never changed.
template <class T>
struct array_element;
template <>
struct array_element<bool> {
    static constexpr std::uint32_t type = 16;
    static constexpr std::string_view name = "boolean";
    static void add(array_image& to, bool value);
};
template <>
struct array_element<byte_view> {
    static constexpr std::uint32_t type = 17;
    static constexpr std::string_view name = "bytea";
    static void add(array_image& to, byte_view value) { to.add_bytes(value); }
};
template <>
struct array_element<std::int64_t> {
    static constexpr std::uint32_t type = 20;
    static constexpr std::string_view name = "bigint";
    static void add(array_image& to, std::int64_t value);
};
template <>
struct array_element<std::string_view> {
    static constexpr std::uint32_t type = 25;
    static constexpr std::string_view name = "text";
    static void add(array_image& to, std::string_view value);
};
template <>
struct array_element<tuple_id> {
    static constexpr std::uint32_t type = 27;
    static constexpr std::string_view name = "tid";
    static void add(array_image& to, tuple_id value);
};
template <>
struct array_element<timestamp> {
    static constexpr std::uint32_t type = 1184;
    static constexpr std::string_view name = "timestamptz";
    static void add(array_image& to, timestamp value);
};
template <>
struct array_element<uuid> {
    static constexpr std::uint32_t type = 2950;
    static constexpr std::string_view name = "uuid";
    static void add(array_image& to, uuid const& value) { to.add_bytes(value.bytes()); }
};

}  // namespace detail

/// A column of values for one array parameter, as in `unnest($1::uuid[], $2::text[])`. `T` is bool,
/// byte_view, std::int64_t, std::string_view, timestamp, tuple_id or uuid, and the statement's cast names the
/// same type. Bytes may hold anything; a NUL in a text throws bad_value. It goes among the last parameters,
/// as all bytes do.
template <class T>
class array {
public:
    /// As the statement's cast names it.
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
