#pragma once

#include "connect/connect_context.hpp"
#include "connect/connection_writer.hpp"

namespace tocsin::integrations {

/// Connects internal integrations with the access that an admin pastes. Sentry verifies it before it is
/// stored.
class internal_connect {
public:
    internal_connect(connect_context const& context, connection_writer& writer)
        : context_(context), writer_(writer) {}

    /// Makes a new integration.
    async::task<result<void>> start(db::tenant tenant, integration_id id, internal_access access);
    /// Replaces the access of an integration.
    async::task<result<void>> replace(
        db::tenant tenant, integration existing, internal_access access, other_organizations others
    );

private:
    struct verified_access {
        sentry_organization sentry_org;
        sentry::token_set tokens;
    };
    async::task<result<verified_access>> verify(
        organization_id org, integration_id id, internal_access const& access
    );

    connect_context const& context_;
    connection_writer& writer_;
};

}  // namespace tocsin::integrations
