#include <tocsin/notify/page_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::notify {

std::vector<planned_page> plan(std::vector<method> const& methods) {
    std::vector<planned_page> planned;
    for (auto const& each : methods)
        if (each.is_verified && !each.is_disabled) planned.push_back({each.id, ""});
    if (!planned.empty()) return planned;
    for (auto const& each : methods)
        if (each.is_of_account)
            planned.push_back({each.id, "no other method is verified: the address of the account"});
    return planned;
}

std::chrono::milliseconds retry_delay(int tries, std::uint64_t draw) {
    using std::chrono::seconds;
    static constexpr std::array<seconds, 5> steps{
        seconds(2), seconds(5), seconds(15), seconds(45), seconds(120)
    };
    auto const last = static_cast<int>(steps.size()) - 1;
    auto const step =
        std::chrono::milliseconds(steps[static_cast<std::size_t>(std::clamp(tries - 1, 0, last))]);
    auto const tenth = static_cast<std::uint64_t>(step.count() / 10);
    return step - std::chrono::milliseconds(static_cast<std::int64_t>(draw % (tenth + 1)));
}

}  // namespace tocsin::notify
