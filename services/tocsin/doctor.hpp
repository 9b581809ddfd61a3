#pragma once

#include "tocsin/settings.hpp"

namespace tocsin::program {

enum class report_form { text, json };

/// Looks at everything that `tocsin serve` depends on, one thing after the other, and prints a line for each
/// with the remedy where it is not well. The exit status: 0 where nothing failed.
int examine(serve_settings const& with, report_form form);

}  // namespace tocsin::program
