#pragma once

#include "gateway/console_files.hpp"
#include "tocsin/settings.hpp"

#include <filesystem>

namespace tocsin::program {

/// The configured folder of the console, or the one next to the build or installation.
inline std::filesystem::path console_directory(serve_settings const& settings) {
    auto const& configured = settings.gateway.console_directory;
    if (!configured.empty()) return configured;
    return gateway::default_console_directory(std::filesystem::canonical("/proc/self/exe"));
}

}  // namespace tocsin::program
