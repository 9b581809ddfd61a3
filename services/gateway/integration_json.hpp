#pragma once

#include <tocsin/config/options.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/json/writer.hpp>

namespace tocsin::gateway {

/// Writes integrations with the addresses of this deployment.
class integration_writer {
public:
    integration_writer(config::base_url const& public_url, config::base_url const& sentry_url)
        : public_url_(public_url), sentry_url_(sentry_url) {}

    void operator()(json::writer& out, integrations::integration const& from) const;

private:
    config::base_url public_url_;
    config::base_url sentry_url_;
};

void write_refresh_attempt(json::writer& out, integrations::refresh_attempt_summary const& from);

}  // namespace tocsin::gateway
