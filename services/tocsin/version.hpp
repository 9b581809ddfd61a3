#pragma once

#include <string_view>

namespace tocsin::program {

/// The version of the project, from CMake.
inline constexpr std::string_view version = TOCSIN_VERSION;

}  // namespace tocsin::program
