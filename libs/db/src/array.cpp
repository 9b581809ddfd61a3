#include <tocsin/db/array.hpp>
#include <tocsin/db/errors.hpp>

#include <array>
#include <chrono>

namespace tocsin::db::detail {

namespace {

using namespace std::chrono_literals;

/// PostgreSQL's times are relative to this one.
constexpr timestamp postgres_epoch{std::chrono::sys_days{2000y / 1 / 1}};

/// Offsets in the header, which consists of big-endian words: dimensions, whether there are nulls, element
/// type, size, lower bound.
constexpr std::size_t nulls_at = 4, size_at = 12, header_size = 20;

template <std::size_t Bytes>
std::array<std::uint8_t, Bytes> big_endian(std::uint64_t value) {
    std::array<std::uint8_t, Bytes> out;
    for (std::size_t i = Bytes; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value & 0xff);
    return out;
}

template <class Bytes>
void append(byte_string& to, Bytes const& bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

array_image::array_image(std::uint32_t element_type) {
    image_.reserve(256);
    for (std::uint32_t const word : {1u, 0u, element_type, 0u, 1u}) append(image_, big_endian<4>(word));
    static_assert(header_size == 5 * 4);
}

void array_image::increment_size() {
    auto const size = big_endian<4>(++size_);
    std::copy(size.begin(), size.end(), image_.begin() + size_at);
}

void array_image::add_null() {
    increment_size();
    image_[nulls_at + 3] = 1;
    append(image_, big_endian<4>(0xffff'ffff));
}

void array_image::add_bytes(byte_view element) {
    increment_size();
    auto const end = image_.size();
    image_.resize(end + 4 + element.size());
    auto const size = big_endian<4>(element.size());
    auto const at = std::copy(size.begin(), size.end(), image_.begin() + static_cast<std::ptrdiff_t>(end));
    std::copy(element.begin(), element.end(), at);
}

void array_element<bool>::add(array_image& array, bool value) {
    array.add_bytes(big_endian<1>(value ? 1 : 0));
}

void array_element<std::int64_t>::add(array_image& array, std::int64_t value) {
    array.add_bytes(big_endian<8>(static_cast<std::uint64_t>(value)));
}

void array_element<std::string_view>::add(array_image& array, std::string_view value) {
    if (value.find('\0') != std::string_view::npos) throw bad_value("a text parameter holds a NUL byte");
    array.add_bytes(as_bytes(value));
}

void array_element<tuple_id>::add(array_image& array, tuple_id value) {
    array.add_bytes(big_endian<6>(std::uint64_t{value.block} << 16 | value.offset));
}

void array_element<timestamp>::add(array_image& array, timestamp value) {
    array.add_bytes(big_endian<8>(static_cast<std::uint64_t>((value - postgres_epoch).count())));
}

}  // namespace tocsin::db::detail
