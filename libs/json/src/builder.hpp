#pragma once

#include "tree.hpp"

#include <tocsin/json/document.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// Builds a document from the events of a parse. It does not check their order: RapidJSON's reader calls it.
class document_builder {
public:
    /// `expected_bytes`: the approximate size of the texts.
    explicit document_builder(std::size_t expected_bytes);

    /// The name of the next value.
    void key(std::string_view name);
    void null() { add({.kind = kind::null}); }
    void boolean(bool truth) { add({.kind = kind::boolean, .truth = truth}); }
    void number(std::string_view text);
    void string(std::string_view text);
    void open(json::kind container);
    /// Ends the innermost container. Of members with the same name, only the first one is kept; the result is
    /// then that name, a view of the texts.
    std::optional<std::string_view> close();

    std::size_t depth() const noexcept { return open_.size(); }
    std::size_t size() const noexcept { return tree_->nodes.size() + pending_.size(); }
    /// The number of children of the innermost container so far.
    std::size_t container_size() const noexcept { return pending_.size() - open_.back(); }

    /// After the last `close`. `cut`: the result of `document::cut`.
    document finish(bool cut);

private:
    void add(detail::node node);
    std::uint32_t append(std::string_view text);
    std::optional<std::string_view> remove_duplicates(std::size_t first);

    std::unique_ptr<detail::tree> tree_;
    /// Values in containers that are still open. Each open container is before its children.
    std::vector<detail::node> pending_;
    std::vector<std::size_t> open_;  ///< for each open container, the index of its first child in `pending_`
    std::uint32_t key_offset_ = 0;
    std::uint32_t key_size_ = 0;
};

}  // namespace tocsin::json
