#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/enum_names.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::program {

enum class outcome { ok, note, failed };
inline constexpr enum_names<outcome, 3> outcome_names{
    {{outcome::ok, "ok"}, {outcome::note, "note"}, {outcome::failed, "failed"}}
};

/// The result of one check of the deployment.
struct finding {
    std::string name;
    program::outcome outcome = program::outcome::ok;
    std::string detail;  ///< and what to do, where it is not ok
};
using findings = std::vector<finding>;

inline finding check(std::string name, bool passed, std::string detail, std::string problem) {
    return {
        std::move(name),
        passed ? outcome::ok : outcome::failed,
        passed ? std::move(detail) : std::move(problem)
    };
}

/// Runs a check that adds to `found`. Its exception becomes a failed finding with `name`, so that the other
/// checks still run. False then.
async::task<bool> run_check(std::string name, findings& found, std::function<async::task<>()> run);

}  // namespace tocsin::program
