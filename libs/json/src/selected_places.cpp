#include "selected_places.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace tocsin::json {

namespace {

constexpr std::string_view any = "*";
constexpr std::string_view everything_below = "**";
constexpr std::size_t most_paths = 64;
constexpr std::size_t usual_steps = 4;  // of a path: room for these is made at once

}  // namespace

selected_places::selected_places(selection const& wanted) {
    if (wanted.size() > most_paths) throw std::invalid_argument("a selection has 64 paths at most");
    steps_.reserve(wanted.size() * usual_steps);
    ends_.reserve(wanted.size());
    for (auto const path : wanted) add(path);
}

void selected_places::add(std::string_view path) {
    while (true) {
        auto const slash = path.find('/');
        auto const step = steps_.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) break;
        if (step == everything_below)
            throw std::invalid_argument("in a selection ** stands at the end of a path only");
        path.remove_prefix(slash + 1);
    }
    ends_.push_back(steps_.size());
}

std::span<std::string_view const> selected_places::path(std::size_t index) const noexcept {
    auto const begin = index == 0 ? 0 : ends_[index - 1];
    return std::span(steps_).subspan(begin, ends_[index] - begin);
}

selected_places::below selected_places::at_root() const noexcept {
    below root;
    for (std::size_t index = 0; index < ends_.size(); ++index) {
        root.paths |= std::uint64_t{1} << index;
        root.all = root.all || path(index).front() == everything_below;
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
        auto const steps = path(index);
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
