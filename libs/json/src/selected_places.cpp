#include "selected_places.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace tocsin::json {

namespace {

constexpr std::string_view any = "*";
constexpr std::string_view everything_below = "**";
constexpr std::size_t most_paths = 64;

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> steps;
    while (true) {
        auto const slash = path.find('/');
        steps.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return steps;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

selected_places::selected_places(selection const& wanted) {
    if (wanted.size() > most_paths) throw std::invalid_argument("a selection has 64 paths at most");
    paths_.reserve(wanted.size());
    for (auto const path : wanted) {
        auto steps = split(path);
        if (std::find(steps.begin(), steps.end() - 1, everything_below) != steps.end() - 1) {
            throw std::invalid_argument("in a selection ** stands at the end of a path only");
        }
        paths_.push_back(std::move(steps));
    }
}

selected_places::below selected_places::at_root() const noexcept {
    below root;
    for (std::size_t index = 0; index < paths_.size(); ++index) {
        root.paths |= std::uint64_t{1} << index;
        root.all = root.all || paths_[index].front() == everything_below;
    }
    return root;
}

selected_places::place selected_places::at_child(
    below parent, std::size_t depth, std::optional<std::string_view> name
) const noexcept {
    if (parent.all) return {.children = parent, .itself = true};
    place child;
    for (auto left = parent.paths; left != 0; left &= left - 1) {
        auto const index = static_cast<std::size_t>(std::countr_zero(left));
        auto const& steps = paths_[index];
        if (steps[depth] != any && steps[depth] != name) continue;
        if (depth + 1 == steps.size()) {
            child.itself = true;
        } else if (steps[depth + 1] == everything_below) {
            child.children.all = true;
        } else {
            child.children.paths |= std::uint64_t{1} << index;
        }
    }
    return child;
}

}  // namespace tocsin::json
