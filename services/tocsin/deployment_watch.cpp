#include "tocsin/deployment_watch.hpp"

#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <stdexcept>

namespace tocsin::program {

namespace {

/// Between two rounds, and before the database has answered once.
constexpr std::chrono::seconds interval{5};
constexpr std::chrono::seconds first_interval{1};

bool affects_readiness(finding const& each) {
    return std::find(readiness_checks.begin(), readiness_checks.end(), each.name) != readiness_checks.end();
}

finding const* find_failed(findings const& all, std::string_view name) {
    auto const found = std::find_if(all.begin(), all.end(), [name](finding const& each) {
        return each.name == name && each.outcome == outcome::failed;
    });
    return found == all.end() ? nullptr : &*found;
}

/// One line for each problem, when it appears.
void log_new(findings const& before, findings const& now) {
    for (auto const& each : now)
        if (affects_readiness(each) && each.outcome == outcome::failed &&
            find_failed(before, each.name) == nullptr)
            observe::log_warn("a check failed", {{"check", each.name}, {"why", each.detail}});
}

}  // namespace

async::task<> deployment_watch::run(async::io_loop& loop) {
    bool has_answered = false;
    for (;;) {
        auto const begin = std::chrono::steady_clock::now();
        auto now = co_await check_database(pool_, allowed_);
        bool const answers = find_failed(now, "database") == nullptr;
        if (auto const* unsafe = find_failed(now, "durability"); unsafe != nullptr && !has_answered) {
            refusal_ = unsafe->detail;
            loop.stop();
            co_return;
        }
        has_answered = has_answered || answers;
        log_new(last_, now);
        bool const passed = std::none_of(now.begin(), now.end(), [](finding const& each) {
            return affects_readiness(each) && each.outcome == outcome::failed;
        });
        if (passed) last_passed_ = begin;
        last_ = std::move(now);
        has_run_ = true;
        co_await async::sleep_for(has_answered ? interval : first_interval);
    }
}

async::task<result<>> deployment_watch::ready(std::string_view name) const {
    if (!has_run_) co_return error{errc::unavailable, "has not been checked yet"};
    if (auto const* failed = find_failed(last_, name)) co_return error{errc::unavailable, failed->detail};
    co_return result<>();
}

bool deployment_watch::passed_after(std::chrono::steady_clock::time_point moment) const noexcept {
    return last_passed_ && *last_passed_ > moment;
}

void deployment_watch::throw_if_refused() const {
    if (!refusal_.empty()) throw std::runtime_error(refusal_);
}

}  // namespace tocsin::program
