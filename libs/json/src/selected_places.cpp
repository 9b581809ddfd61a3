#include "selected_places.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace tocsin::json {

namespace {

constexpr std::string_view any = "*";
constexpr std::string_view whole_subtree = "**";
constexpr std::size_t max_paths = 64;
constexpr std::size_t typical_steps = 4;  // of a path, for reserving memory

}  // namespace

selected_places::selected_places(selection const& paths) {
    if (paths.size() > max_paths) throw std::invalid_argument("a selection has at most 64 paths");
    steps_.reserve(paths.size() * typical_steps);
    ends_.reserve(paths.size());
    for (auto const path : paths) add(path);
}

void selected_places::add(std::string_view path) {
    while (true) {
        auto const slash = path.find('/');
        auto const step = steps_.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) break;
        if (step == whole_subtree)
            throw std::invalid_argument("in a selection, ** may only be the last step of a path");
        path.remove_prefix(slash + 1);
    }
    ends_.push_back(steps_.size());
}

std::span<std::string_view const> selected_places::path(std::size_t index) const noexcept {
    auto const begin = index == 0 ? 0 : ends_[index - 1];
    return std::span(steps_).subspan(begin, ends_[index] - begin);
}

selected_places::subtree selected_places::root() const noexcept {
    subtree root;
    for (std::size_t index = 0; index < ends_.size(); ++index) {
        root.paths |= std::uint64_t{1} << index;
        root.all = root.all || path(index).front() == whole_subtree;
    }
    return root;
}

selected_places::place selected_places::child(
    subtree parent, std::size_t depth, std::optional<std::string_view> name
) const noexcept {
    if (parent.all) return {.children = parent, .is_selected = true};
    place child;
    for (auto remaining = parent.paths; remaining != 0; remaining &= remaining - 1) {
        auto const index = static_cast<std::size_t>(std::countr_zero(remaining));
        auto const steps = path(index);
        if (steps[depth] != any && steps[depth] != name) continue;
        if (depth + 1 == steps.size()) {
            child.is_selected = true;
        } else if (steps[depth + 1] == whole_subtree) {
            child.children.all = true;
        } else {
            child.children.paths |= std::uint64_t{1} << index;
        }
    }
    return child;
}

}  // namespace tocsin::json
