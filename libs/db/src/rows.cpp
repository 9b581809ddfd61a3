#include "rows_content.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace tocsin::db {

namespace {

[[noreturn]] void fail_read(std::string_view text, char const* expected) {
    throw std::logic_error(
        "the database returned '" + std::string(text.substr(0, 80)) + "' where " + expected + " was expected"
    );
}

template <class Int>
Int whole_number(std::string_view text) {
    Int value{};
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) fail_read(text, "a whole number");
    return value;
}

}  // namespace

namespace detail {

void read(std::string_view text, std::string& into) {
    into = text;
}

void read(std::string_view text, std::int64_t& into) {
    into = whole_number<std::int64_t>(text);
}

void read(std::string_view text, int& into) {
    into = whole_number<int>(text);
}

void read(std::string_view text, bool& into) {
    if (text != "t" && text != "f") fail_read(text, "a boolean");
    into = text == "t";
}

void read(std::string_view text, uuid& into) {
    auto const parsed = uuid::parse(text);
    if (!parsed) fail_read(text, "a UUID");
    into = *parsed;
}

void read(std::string_view text, timestamp& into) {
    auto const parsed = parse_rfc3339(text);
    if (!parsed) fail_read(text, "a time");
    into = *parsed;
}

void read(std::string_view text, byte_string& into) {
    auto bytes = text.starts_with("\\x") ? from_hex(text.substr(2)) : std::nullopt;
    if (!bytes) fail_read(text, "bytes");
    into = std::move(*bytes);
}

void read(std::string_view text, std::span<std::uint8_t> into) {
    byte_string bytes;
    read(text, bytes);
    if (bytes.size() != into.size()) fail_read(text, "bytes of another length");
    std::copy(bytes.begin(), bytes.end(), into.begin());
}

void read(std::string_view text, tuple_id& into) {
    auto const comma = text.find(',');
    if (comma == std::string_view::npos || !text.starts_with('(') || !text.ends_with(')'))
        fail_read(text, "a place");
    into.block = whole_number<std::uint32_t>(text.substr(1, comma - 1));
    into.offset = whole_number<std::uint16_t>(text.substr(comma + 1, text.size() - comma - 2));
}

void read(std::string_view text, std::vector<std::string>& into) {
    into.clear();
    std::string const owned(text);
    pqxx::array_parser parser(owned.c_str());
    for (auto item = parser.get_next(); item.first != pqxx::array_parser::done; item = parser.get_next()) {
        if (item.first == pqxx::array_parser::string_value) into.push_back(std::move(item.second));
        if (item.first == pqxx::array_parser::null_value) fail_read(text, "an array without nulls");
    }
}

void fail_null(std::string_view column) {
    throw std::logic_error("column '" + std::string(column) + "' is null where a value was expected");
}

}  // namespace detail

std::optional<std::string_view> row::raw(char const* column) const {
    auto const& result = content_->result;
    if (index_ >= result.size()) throw std::logic_error("the result has no such row");
    auto const field = result[static_cast<pqxx::result::size_type>(index_)][content_->column(column)];
    if (field.is_null()) return std::nullopt;
    return std::string_view(field.c_str(), field.size());
}

std::size_t rows::size() const noexcept {
    return content_->result.size();
}

std::size_t rows::affected() const noexcept {
    return content_->result.affected_rows();
}

}  // namespace tocsin::db
