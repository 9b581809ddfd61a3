#pragma once

#include "tocsin/settings.hpp"

#include <tocsin/integrations/applications.hpp>

namespace tocsin::program {

/// Runs the roles of the settings until SIGTERM or SIGINT, then drains. Returns the exit status. Throws where
/// it cannot start.
int serve(serve_settings const& with);

/// What is registered at Sentry, as the settings say.
integrations::applications applications_of(serve_settings const& with);

}  // namespace tocsin::program
