#include "builder.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tocsin::json {

namespace {

/// Up to this number, comparing every pair is faster than sorting.
constexpr std::size_t few_members = 16;

}  // namespace

document_builder::document_builder(std::size_t expected_bytes) : tree_(std::make_unique<detail::tree>()) {
    tree_->texts.reserve(expected_bytes);
    tree_->nodes.reserve(expected_bytes / 24);
    pending_.reserve(64);
    open_.reserve(16);
}

std::uint32_t document_builder::append(std::string_view text) {
    auto const offset = tree_->texts.size();
    tree_->texts += text;
    return static_cast<std::uint32_t>(offset);
}

void document_builder::add(detail::node node) {
    node.key_offset = std::exchange(key_offset_, 0);
    node.key_size = std::exchange(key_size_, 0);
    pending_.push_back(node);
}

void document_builder::key(std::string_view name) {
    key_offset_ = append(name);
    key_size_ = static_cast<std::uint32_t>(name.size());
}

void document_builder::number(std::string_view text) {
    add({.kind = kind::number, .offset = append(text), .size = static_cast<std::uint32_t>(text.size())});
}

void document_builder::string(std::string_view text) {
    add({.kind = kind::string, .offset = append(text), .size = static_cast<std::uint32_t>(text.size())});
}

void document_builder::open(json::kind container) {
    add({.kind = container});
    open_.push_back(pending_.size());
}

std::optional<std::string_view> document_builder::close() {
    auto const first = open_.back();
    open_.pop_back();
    std::optional<std::string_view> duplicate;
    if (pending_[first - 1].kind == kind::object) duplicate = remove_duplicates(first);

    auto const begin = pending_.begin() + static_cast<std::ptrdiff_t>(first);
    auto& container = pending_[first - 1];
    container.offset = static_cast<std::uint32_t>(tree_->nodes.size());
    container.size = static_cast<std::uint32_t>(pending_.size() - first);
    tree_->nodes.insert(tree_->nodes.end(), begin, pending_.end());
    pending_.erase(begin, pending_.end());
    return duplicate;
}

std::optional<std::string_view> document_builder::remove_duplicates(std::size_t first) {
    auto const count = pending_.size() - first;
    auto const name = [this, first](std::size_t index) { return tree_->key_of(pending_[first + index]); };
    std::vector<std::size_t> duplicates;
    if (count <= few_members) {
        for (std::size_t index = 1; index < count; ++index) {
            for (std::size_t earlier = 0; earlier < index; ++earlier) {
                if (name(index) == name(earlier)) {
                    duplicates.push_back(index);
                    break;
                }
            }
        }
    } else {
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            int const names = name(a).compare(name(b));
            return names != 0 ? names < 0 : a < b;
        });
        for (std::size_t index = 1; index < count; ++index) {
            if (name(order[index]) == name(order[index - 1])) duplicates.push_back(order[index]);
        }
        std::sort(duplicates.begin(), duplicates.end());
    }
    if (duplicates.empty()) return std::nullopt;

    auto const duplicate = name(duplicates.front());
    std::size_t end = first;
    auto next_duplicate = duplicates.begin();
    for (std::size_t index = 0; index < count; ++index) {
        if (next_duplicate != duplicates.end() && *next_duplicate == index) {
            ++next_duplicate;
            continue;
        }
        pending_[end++] = pending_[first + index];
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(end), pending_.end());
    return duplicate;
}

document document_builder::finish(bool cut) {
    tree_->root = static_cast<std::uint32_t>(tree_->nodes.size());
    tree_->nodes.push_back(pending_.front());
    tree_->cut = cut;
    return document(std::move(tree_));
}

}  // namespace tocsin::json
