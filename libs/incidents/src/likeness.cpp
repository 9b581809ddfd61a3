#include "likeness.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tocsin::incidents {

namespace {

std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words(1);
    for (char const c : name) {
        bool const is_upper = c >= 'A' && c <= 'Z';
        bool const is_part = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
        if (is_part)
            words.back() += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

bool are_alike(std::string const& one, std::string const& other) {
    constexpr std::size_t long_enough = 3;
    if (one == other) return true;
    return std::min(one.size(), other.size()) >= long_enough &&
           (one.starts_with(other) || other.starts_with(one));
}

}  // namespace

double likeness(std::string_view one, std::string_view other) {
    auto const mine = words_of(one);
    auto theirs = words_of(other);
    auto const all = mine.size() + theirs.size();
    if (all == 0) return 0;
    std::size_t common = 0;
    for (auto const& word : mine) {
        auto const same = std::find_if(theirs.begin(), theirs.end(), [&](auto const& each) {
            return are_alike(word, each);
        });
        if (same == theirs.end()) continue;
        theirs.erase(same);
        ++common;
    }
    return 2.0 * static_cast<double>(common) / static_cast<double>(all);
}

}  // namespace tocsin::incidents
