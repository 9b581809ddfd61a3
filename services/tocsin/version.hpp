#pragma once

#include <string_view>

namespace tocsin::program {

/// The project's version as the build knows it.
inline constexpr std::string_view version = TOCSIN_VERSION;

}  // namespace tocsin::program
