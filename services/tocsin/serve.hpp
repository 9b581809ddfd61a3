#pragma once

#include "tocsin/settings.hpp"

namespace tocsin::program {

/// Runs the roles of the settings until SIGTERM or SIGINT, then drains. Returns the exit status. Throws where
/// it cannot start.
int serve(serve_settings const& settings);

}  // namespace tocsin::program
