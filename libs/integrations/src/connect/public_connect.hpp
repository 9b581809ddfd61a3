#pragma once

#include "connect/connect_flow.hpp"
#include "connect/connection_writer.hpp"

#include <optional>
#include <vector>

namespace tocsin::integrations {

/// Connects public integrations. Their flows have no state, so the browser's cookie and the code bind them.
class public_connect {
public:
    public_connect(connect_context const& context, connection_writer& writer)
        : context_(context), writer_(writer) {}

    async::task<result<started_connect>> open(connect_flow_request request);
    async::task<finished_connect> finish(connect_callback callback);

    /// Confirms the undecided Sentry organization of an integration.
    async::task<result<void>> confirm(db::tenant tenant, integration undecided, std::string session_hash);
    /// After a Disconnect: gets new tokens for the installation. False if a person has to install it again.
    async::task<result<bool>> repair(db::tenant tenant, integration broken);

private:
    using consumed_flows = boost::system::result<std::vector<connect_flow>, connect_refusal>;
    using refusal = std::optional<connect_refusal>;

    async::task<consumed_flows> consume_flows(connect_callback const& callback);
    async::task<refusal> exchange(
        std::vector<connect_flow> const& flows, connect_callback const& callback, finished_connect& end
    );
    async::task<refusal> complete(
        connect_flow const& flow,
        connect_callback const& callback,
        sentry_organization const& confirmed,
        sentry::token_set const& tokens,
        finished_connect& end
    );
    async::task<refusal> ask_admins(
        std::vector<connect_flow> const& flows,
        organization_choice const& found,
        std::string const& session_hash,
        sentry::token_set const& tokens,
        finished_connect& end
    );
    async::task<sentry::call_result<sentry::token_set>> redeem_code(
        sentry::client& sentry, uuid installation, secret code
    );
    async::task<bool> wait_for_proof(uuid installation, std::string code_hash);
    async::task<sentry::call_result<sentry_organization>> find_organization(
        sentry::client& sentry, uuid installation, secret token
    );
    async::task<sentry::call_result<sentry_organization>> find_organization_with_retries(
        sentry::client& sentry, uuid installation, secret token
    );
    async::task<result<void>> store(
        db::tenant tenant,
        integration_id id,
        uuid installation,
        sentry_organization const& confirmed,
        sentry::token_set const& tokens
    );
    async::task<> confirm_install(organization_id org, integration_id id, uuid installation, secret token);

    connect_context const& context_;
    connection_writer& writer_;
};

}  // namespace tocsin::integrations
