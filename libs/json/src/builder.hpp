#pragma once

#include "tree.hpp"

#include <tocsin/json/document.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// Builds a document from the events of a parse. It trusts their order: RapidJSON's reader calls it.
class document_builder {
public:
    /// `expected_bytes`: about how much text there will be.
    explicit document_builder(std::size_t expected_bytes);

    /// The name of the next value.
    void key(std::string_view name);
    void null() { add({.kind = kind::null}); }
    void boolean(bool truth) { add({.kind = kind::boolean, .truth = truth}); }
    void number(std::string_view text);
    void string(std::string_view text);
    void open(json::kind container);
    /// Ends the container opened last. Of members with the same name the first stays; the answer is then that
    /// name, which points into the texts.
    std::optional<std::string_view> close();

    std::size_t depth() const noexcept { return opened_.size(); }
    std::size_t size() const noexcept { return tree_->nodes.size() + pending_.size(); }
    /// Children so far of the container opened last.
    std::size_t size_of_opened() const noexcept { return pending_.size() - opened_.back(); }

    /// After the last `close`. `cut` is what `document::cut` answers.
    document finish(bool cut);

private:
    void add(detail::node made);
    std::uint32_t keep(std::string_view text);
    std::optional<std::string_view> drop_duplicates(std::size_t first);

    std::unique_ptr<detail::tree> tree_;
    std::vector<detail::node>
        pending_;  ///< values whose container is still open, each open container before its children
    std::vector<std::size_t> opened_;  ///< where in `pending_` the children of each open container begin
    std::uint32_t key_at_ = 0;
    std::uint32_t key_size_ = 0;
};

}  // namespace tocsin::json
