#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/identity/principal.hpp>

#include <optional>
#include <string_view>

namespace tocsin::gateway {

/// One request on its way through a route.
struct request_context {
    http::request& request;
    identity::principal principal;  ///< empty if the permission is `anyone`
    /// Set if the pattern has {org}, and always for an API token.
    std::optional<identity::membership> membership;

    organization_id organization() const { return membership.value().organization; }
    /// For changes: the audit log names the principal.
    db::tenant tenant() const { return identity::tenant_of(organization(), principal); }
};

using response_task = async::task<result<http::response>>;

}  // namespace tocsin::gateway
