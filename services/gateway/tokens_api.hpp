#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/identity/api_tokens.hpp>

namespace tocsin::gateway {

/// The API tokens of an organization. `tokens` outlives the endpoints.
endpoints token_endpoints(identity::api_tokens& tokens);

}  // namespace tocsin::gateway
