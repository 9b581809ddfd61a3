#pragma once

#include <tocsin/json/document.hpp>

#include <cstdint>
#include <optional>
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
    std::vector<std::vector<std::string_view>> paths_;
};

}  // namespace tocsin::json
