#pragma once

#include "tocsin/settings.hpp"

#include <string_view>

namespace tocsin::program {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_misused = 2;  ///< wrong usage or configuration

/// Prints the text on standard error, after the program's name. Nothing in it controls a terminal.
void print_problem(std::string_view text);

/// Prints every problem on standard error and returns `exit_misused`.
int report(problems const& wrong);

}  // namespace tocsin::program
