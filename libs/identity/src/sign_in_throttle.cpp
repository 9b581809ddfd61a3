#include <tocsin/base/text.hpp>
#include <tocsin/identity/sign_in_throttle.hpp>

#include <algorithm>

namespace tocsin::identity {

std::chrono::seconds sign_in_throttle::wait_after(unsigned failures) noexcept {
    if (failures < free_failures) return std::chrono::seconds(0);
    unsigned const doublings = std::min(failures - free_failures, 16U);
    return std::min(longest_wait, std::chrono::seconds(std::int64_t{1} << doublings));
}

std::string sign_in_throttle::key_of(std::string_view account, std::string_view network) {
    return to_lower(account) + '\n' + std::string(network);
}

std::chrono::seconds sign_in_throttle::wait(
    std::string_view account, std::string_view network, steady::time_point now
) const {
    auto const found = entries_.find(key_of(account, network));
    if (found == entries_.end() || now - found->second.last > forgotten_after) return std::chrono::seconds(0);
    auto const until = found->second.last + wait_after(found->second.failures);
    return now < until ? std::chrono::ceil<std::chrono::seconds>(until - now) : std::chrono::seconds(0);
}

std::optional<std::chrono::seconds> sign_in_throttle::charge(
    std::string_view account, std::string_view network, steady::time_point now
) {
    auto const left = wait(account, network, now);
    if (left > std::chrono::seconds(0)) return left;
    auto key = key_of(account, network);
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        make_room(now);
        found = entries_.emplace(std::move(key), entry{0, now}).first;
    }
    auto& of = found->second;
    if (now - of.last > forgotten_after) of.failures = 0;
    ++of.failures;
    of.last = now;
    return std::nullopt;
}

void sign_in_throttle::refund(std::string_view account, std::string_view network) {
    auto const found = entries_.find(key_of(account, network));
    if (found != entries_.end() && found->second.failures > 0) --found->second.failures;
}

void sign_in_throttle::succeeded(std::string_view account, std::string_view network) {
    entries_.erase(key_of(account, network));
}

void sign_in_throttle::make_room(steady::time_point now) {
    if (entries_.size() < most_entries) return;
    std::erase_if(entries_, [now](auto const& one) { return now - one.second.last > forgotten_after; });
    if (entries_.size() < most_entries) return;
    // A flood of made-up accounts: the pair that has failed least is the cheapest to forget.
    auto const least = std::min_element(entries_.begin(), entries_.end(), [](auto const& a, auto const& b) {
        return a.second.failures < b.second.failures;
    });
    entries_.erase(least);
}

}  // namespace tocsin::identity
