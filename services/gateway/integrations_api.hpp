#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/identity/audit_log.hpp>
#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>

#include <string_view>

namespace tocsin::gateway {

/// The parts that the endpoints of integrations use. They outlive the endpoints.
struct integration_parts {
    integrations::integration_store& store;
    integrations::connect& connect;
    integrations::checker& checker;
    integrations::refresher& refresher;  ///< on the gateway's pool
    identity::audit_log& audit;
    config::base_url public_url;
    config::base_url sentry_url;
};

/// Binds an open connect flow to the browser in which it began.
/// Over https, a browser accepts the name only from this host, not from one of its subdomains.
constexpr std::string_view binding_cookie_name(bool https) noexcept {
    return https ? "__Host-tocsin_connect" : "tocsin_connect";
}

endpoints integration_endpoints(integration_parts parts);

}  // namespace tocsin::gateway
