#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/tuple_id.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tocsin::db {

class rows;

namespace detail {
/// Reads PostgreSQL's text format. Throws std::logic_error if the value has another type.
void read(std::string_view text, std::string& into);
void read(std::string_view text, std::int64_t& into);
void read(std::string_view text, int& into);
void read(std::string_view text, bool& into);
void read(std::string_view text, uuid& into);
void read(std::string_view text, timestamp& into);
void read(std::string_view text, byte_string& into);
/// For bytes of a fixed length.
void read(std::string_view text, std::span<std::uint8_t> into);
template <std::size_t Size>
void read(std::string_view text, std::array<std::uint8_t, Size>& into) {
    read(text, std::span(into));
}
void read(std::string_view text, tuple_id& into);
void read(std::string_view text, std::vector<std::string>& into);
template <class Tag>
void read(std::string_view text, id_of<Tag>& into) {
    read(text, into.value);
}
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
[[noreturn]] void fail_null(std::string_view column);
}  // namespace detail

/// The result of libpqxx.
struct result_content;

/// A row of a result, which it keeps alive.
class row {
public:
    /// The value of a column, whose name is a literal; `std::optional<T>` if it may be NULL. Throws
    /// std::logic_error for a NULL in another column and for a column that the statement does not have.
    template <class T>
    T get(char const* column) const {
        auto const text = raw(column);
        if constexpr (detail::is_optional<T>::value) {
            if (!text) return std::nullopt;
            typename T::value_type into{};
            detail::read(*text, into);
            return into;
        } else {
            if (!text) detail::fail_null(column);
            T into{};
            detail::read(*text, into);
            return into;
        }
    }
    std::string text(char const* column) const { return get<std::string>(column); }
    bool is_null(char const* column) const { return !raw(column); }

private:
    friend class rows;
    row(std::shared_ptr<result_content const> content, std::size_t index)
        : content_(std::move(content)), index_(index) {}
    std::optional<std::string_view> raw(char const* column) const;
    std::shared_ptr<result_content const> content_;
    std::size_t index_;
};

/// The rows that a statement returned, and how many it wrote.
class rows {
public:
    explicit rows(std::shared_ptr<result_content const> content) : content_(std::move(content)) {}

    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    std::size_t affected() const noexcept;
    row operator[](std::size_t index) const { return {content_, index}; }
    /// The first row, or nothing.
    std::optional<row> first() const { return empty() ? std::nullopt : std::optional<row>((*this)[0]); }

    class iterator {
    public:
        iterator(rows const* owner, std::size_t index) : owner_(owner), index_(index) {}
        row operator*() const { return (*owner_)[index_]; }
        iterator& operator++() {
            ++index_;
            return *this;
        }
        friend bool operator==(iterator const&, iterator const&) = default;

    private:
        rows const* owner_;
        std::size_t index_;
    };
    iterator begin() const { return {this, 0}; }
    iterator end() const { return {this, size()}; }

private:
    std::shared_ptr<result_content const> content_;
};

}  // namespace tocsin::db
