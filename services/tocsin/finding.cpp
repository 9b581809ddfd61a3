#include "tocsin/finding.hpp"

#include <tocsin/base/text.hpp>

namespace tocsin::program {

async::task<bool> run_check(std::string name, findings& found, std::function<async::task<>()> run) {
    std::string problem;
    try {
        co_await run();
        co_return true;
    } catch (std::exception const& failed) {
        problem = printable(failed.what(), 300);
    }
    found.push_back({std::move(name), outcome::failed, "the check failed: " + problem});
    co_return false;
}

}  // namespace tocsin::program
