#pragma once

#include <tocsin/json/document.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json::detail {

/// One value. The children of a container stand side by side in `tree::nodes`, so that any of them is found
/// at once.
struct node {
    json::kind kind = json::kind::null;
    bool truth = false;          ///< of a boolean
    std::uint32_t key_at = 0;    ///< of a member: its name in `tree::texts`
    std::uint32_t key_size = 0;  ///< bytes
    std::uint32_t at = 0;    ///< a text's place in `tree::texts`, a container's first child in `tree::nodes`
    std::uint32_t size = 0;  ///< a text's bytes, a container's children
};

/// Everything a document holds. Places are 32 bits wide: what is parsed must be smaller (`largest_text`).
struct tree {
    std::vector<node> nodes;
    std::string texts;  ///< names, strings and numbers, one behind the other
    std::uint32_t root = 0;
    bool cut = false;

    std::string_view text_of(node const& of) const noexcept { return {texts.data() + of.at, of.size}; }
    std::string_view key_of(node const& of) const noexcept { return {texts.data() + of.key_at, of.key_size}; }
};

/// Repairs make a byte into three at most, so the texts of what is smaller than this stay below 4 GiB.
constexpr std::size_t largest_text = std::size_t{1} << 30;

}  // namespace tocsin::json::detail
