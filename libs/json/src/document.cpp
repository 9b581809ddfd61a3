#include "tree.hpp"

#include <tocsin/json/document.hpp>

#include <charconv>
#include <cmath>

namespace tocsin::json {

namespace {

/// The whole text as a number, independent of the locale; nothing if it does not fit.
template <class Number>
std::optional<Number> convert(std::string_view text) noexcept {
    Number number{};
    auto const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace

document::document(std::unique_ptr<detail::tree> content) noexcept : content_(std::move(content)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

value document::root() const noexcept {
    return {content_.get(), content_->root};
}
bool document::cut() const noexcept {
    return content_->cut;
}

kind value::kind() const noexcept {
    return owner_->nodes[node_].kind;
}

std::optional<value> value::find(std::string_view key) const noexcept {
    auto const& node = owner_->nodes[node_];
    if (node.kind != json::kind::object) return std::nullopt;
    for (std::uint32_t child = node.offset; child < node.offset + node.size; ++child) {
        if (owner_->key_of(owner_->nodes[child]) == key) return value(owner_, child);
    }
    return std::nullopt;
}

std::optional<value> value::at(std::initializer_list<std::string_view> path) const noexcept {
    std::optional<value> current(*this);
    for (auto const name : path) {
        current = current->find(name);
        if (!current) break;
    }
    return current;
}

std::optional<std::string_view> value::as_string() const noexcept {
    auto const& node = owner_->nodes[node_];
    if (node.kind != json::kind::string) return std::nullopt;
    return owner_->text_of(node);
}

std::optional<std::string_view> value::as_number_text() const noexcept {
    auto const& node = owner_->nodes[node_];
    if (node.kind != json::kind::number) return std::nullopt;
    return owner_->text_of(node);
}

std::optional<std::int64_t> value::as_int64() const noexcept {
    auto const text = as_number_text();
    return text ? convert<std::int64_t>(*text) : std::nullopt;
}

std::optional<double> value::as_double() const noexcept {
    auto const text = as_number_text();
    auto const number = text ? convert<double>(*text) : std::nullopt;
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> value::as_bool() const noexcept {
    auto const& node = owner_->nodes[node_];
    if (node.kind != json::kind::boolean) return std::nullopt;
    return node.truth;
}

std::optional<std::string_view> value::as_id_text() const noexcept {
    auto const text = as_string();
    return text ? text : as_number_text();
}

std::size_t value::size() const noexcept {
    auto const& node = owner_->nodes[node_];
    bool const is_container = node.kind == json::kind::array || node.kind == json::kind::object;
    return is_container ? node.size : 0;
}

value value::element(std::size_t index) const noexcept {
    return {owner_, owner_->nodes[node_].offset + static_cast<std::uint32_t>(index)};
}

std::string_view value::key(std::size_t index) const noexcept {
    return owner_->key_of(owner_->nodes[owner_->nodes[node_].offset + index]);
}

}  // namespace tocsin::json
