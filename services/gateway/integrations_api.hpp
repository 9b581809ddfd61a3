#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>

#include <string_view>

namespace tocsin::gateway {

/// What the endpoints of integrations work with; all of it outlives them.
struct integration_parts {
    integrations::integration_store& store;
    integrations::connect& connect;
    integrations::checker& checker;
    integrations::refresher& refresher;  ///< on the gateway's pool
    config::base_url public_url;
    config::base_url sentry_url;
};

/// The cookie that binds an open connect intent to its browser. Its path keeps it to POST integrations and
/// the callback.
inline constexpr std::string_view binding_cookie_name = "tocsin_connect";

endpoints integration_endpoints(integration_parts parts);

}  // namespace tocsin::gateway
