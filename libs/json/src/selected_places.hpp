#pragma once

#include <tocsin/json/document.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// A `selection`, split into steps once for each parse. It refers to the texts of the selection.
class selected_places {
public:
    /// Throws std::invalid_argument for more than 64 paths, and for `**` that is not the last step.
    explicit selected_places(selection const& paths);

    /// The selected part of a container's children.
    struct subtree {
        std::uint64_t paths = 0;  ///< bit i: path i leads through this container
        bool all = false;
    };
    struct place {
        subtree children;
        bool is_selected = false;

        bool as_scalar() const noexcept { return is_selected || children.all; }
        bool as_container() const noexcept { return is_selected || children.all || children.paths != 0; }
    };

    subtree root() const noexcept;
    /// `name` is nothing for an element of an array. `depth` is the parent's; that of the root is 0.
    place child(subtree parent, std::size_t depth, std::optional<std::string_view> name) const noexcept;

private:
    void add(std::string_view path);
    std::span<std::string_view const> path(std::size_t index) const noexcept;

    // The steps of all paths in one vector, because it is built for every webhook.
    std::vector<std::string_view> steps_;
    std::vector<std::size_t> ends_;  ///< the end of each path in `steps_`
};

}  // namespace tocsin::json
