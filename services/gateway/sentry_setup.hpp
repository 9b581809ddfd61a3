#pragma once

#include <tocsin/config/options.hpp>
#include <tocsin/integrations/applications.hpp>

#include <string>

namespace tocsin::gateway {

struct deployment_facts {
    config::base_url const& public_url;
    config::base_url const& sentry_url;
    integrations::applications const& registered;
};

/// The values to enter in Sentry for each mode in this deployment, as JSON for the console. No secrets.
std::string describe_setup(deployment_facts const& deployment);

}  // namespace tocsin::gateway
