#pragma once

#include <tocsin/json/document.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json::detail {

/// A value. The children of a container are adjacent in `tree::nodes`, for access by index.
struct node {
    json::kind kind = json::kind::null;
    bool truth = false;            ///< of a boolean
    std::uint32_t key_offset = 0;  ///< of a member's name in `tree::texts`
    std::uint32_t key_size = 0;    ///< in bytes
    std::uint32_t offset = 0;  ///< of a text in `tree::texts`, of a container's first child in `tree::nodes`
    std::uint32_t size = 0;    ///< of a text in bytes, of a container in children
};

/// The content of a document. Offsets have 32 bits, so larger texts are not parsed (`max_text`).
struct tree {
    std::vector<node> nodes;
    std::string texts;  ///< names, strings, and numbers, one after the other
    std::uint32_t root = 0;
    bool cut = false;

    std::string_view text_of(node const& node) const noexcept {
        return {texts.data() + node.offset, node.size};
    }
    std::string_view key_of(node const& node) const noexcept {
        return {texts.data() + node.key_offset, node.key_size};
    }
};

/// Repairs replace a byte by at most three, so the texts of a document of this size stay below 4 GiB.
constexpr std::size_t max_text = std::size_t{1} << 30;

}  // namespace tocsin::json::detail
