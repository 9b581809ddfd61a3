#pragma once

#include <string>

namespace tocsin::program {

/// Every option with its default and help, for `tocsin serve --help`.
std::string options_help();

/// docs/configuration.md, which a test compares with this.
std::string configuration_page();

}  // namespace tocsin::program
