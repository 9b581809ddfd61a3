#pragma once

#include <tocsin/json/document.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// A `selection`, taken apart once per parse. It refers to the selection's texts.
class selected_places {
public:
    /// Throws std::invalid_argument for more than 64 paths and for `**` anywhere but at an end.
    explicit selected_places(selection const& wanted);

    /// What is wanted below a container.
    struct below {
        std::uint64_t paths = 0;  ///< bit i: path i leads through this container
        bool all = false;         ///< the whole subtree is wanted
    };
    /// What is wanted at a child and below it.
    struct place {
        below children;
        bool itself = false;

        bool as_scalar() const noexcept { return itself || children.all; }
        bool as_container() const noexcept { return itself || children.all || children.paths != 0; }
    };

    below at_root() const noexcept;
    /// `name` is nothing for an element of an array. `depth` is the parent's: the root's is 0.
    place at_child(below parent, std::size_t depth, std::optional<std::string_view> name) const noexcept;

private:
    void add(std::string_view path);
    std::span<std::string_view const> path(std::size_t index) const noexcept;

    // All paths' steps in one row: this is made for every webhook.
    std::vector<std::string_view> steps_;
    std::vector<std::size_t> ends_;  ///< where in it each path ends
};

}  // namespace tocsin::json
