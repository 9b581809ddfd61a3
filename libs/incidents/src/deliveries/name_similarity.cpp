#include "deliveries/name_similarity.hpp"

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

bool are_same(std::string const& one, std::string const& other) {
    constexpr std::size_t long_enough = 3;
    if (one == other) return true;
    return std::min(one.size(), other.size()) >= long_enough &&
           (one.starts_with(other) || other.starts_with(one));
}

}  // namespace

double name_similarity(std::string_view one, std::string_view other) {
    auto const own_words = words_of(one);
    auto other_words = words_of(other);
    auto const all = own_words.size() + other_words.size();
    if (all == 0) return 0;
    std::size_t common = 0;
    for (auto const& word : own_words) {
        auto const same = std::find_if(other_words.begin(), other_words.end(), [&](auto const& each) {
            return are_same(word, each);
        });
        if (same == other_words.end()) continue;
        other_words.erase(same);
        ++common;
    }
    return 2.0 * static_cast<double>(common) / static_cast<double>(all);
}

}  // namespace tocsin::incidents
