#pragma once

#include <tocsin/config/options.hpp>
#include <tocsin/integrations/applications.hpp>

#include <string>

namespace tocsin::gateway {

struct setup_facts {
    config::base_url const& public_url;
    config::base_url const& sentry_url;
    integrations::applications const& registered;
};

/// What to enter in Sentry for each mode, with this deployment's own values, as JSON: for the console to show
/// ready to copy. No secrets.
std::string describe_setup(setup_facts const& of);

}  // namespace tocsin::gateway
