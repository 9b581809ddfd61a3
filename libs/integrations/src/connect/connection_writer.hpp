#pragma once

#include "connect/connect_context.hpp"

#include <string>
#include <vector>

namespace tocsin::integrations {

/// The only writer of connections. A claim that another organization holds is refused and audited.
class connection_writer {
public:
    /// Revocations run on `executor`.
    connection_writer(async::executor executor, connect_context const& context);

    /// Stores a confirmed connection. `installation`: of a public integration.
    async::task<result<void>> store(
        db::tenant tenant,
        integration_id id,
        std::optional<uuid> installation,
        sentry_organization confirmed,
        sentry::token_set tokens
    );

    struct internal_connection {
        integration_id integration;
        sentry_organization sentry_org;
        sentry::token_set tokens;
        secret client_secret;  ///< empty: the stored one stays
        other_organizations others = other_organizations::allowed;
        bool is_new = false;
    };
    async::task<result<void>> store_internal(db::tenant tenant, internal_connection connection);

    /// What an admin has to decide.
    struct open_question {
        integrations::reason reason = reason::choose_organization;
        std::vector<organization_choice> choices;
        std::string session_hash;  ///< of the browser that came back from Sentry; empty without a session
    };
    /// Stores the tokens until an admin decides. False if the integration is connected.
    async::task<bool> store_undecided(
        organization_id org, integration_id id, open_question question, sentry::token_set tokens
    );
    /// Stores the decision about `undecided`.
    async::task<result<void>> store_decision(
        db::tenant tenant, integration undecided, organization_choice chosen, std::string session_hash
    );

    async::task<result<integration>> disconnect(db::tenant tenant, integration_id id);

    /// Revokes an OAuth token at Sentry; a failure is only logged.
    async::task<> revoke(secret token);

private:
    async::task<error> refuse(
        db::tenant tenant,
        integration_id id,
        std::optional<uuid> installation,
        std::string sentry_org_id,
        error why
    );
    void revoke_later(organization_id org, integration_id id, byte_string access_token_sealed);

    connect_context const& context_;
    async::task_group revocations_;
};

}  // namespace tocsin::integrations
