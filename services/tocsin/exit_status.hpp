#pragma once

#include "tocsin/settings.hpp"

namespace tocsin::program {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_misused = 2;  ///< wrong usage or configuration

/// Prints every problem on standard error and returns `exit_misused`.
int report(problems const& wrong);

}  // namespace tocsin::program
