#pragma once

#include "connect/connect_flow.hpp"
#include "connect/connection_writer.hpp"

#include <optional>
#include <vector>

namespace tocsin::integrations {

/// Connects through the OAuth application. State and PKCE bind the flow, and a token may have access to
/// several Sentry organizations.
class oauth_connect {
public:
    oauth_connect(connect_context const& context, connection_writer& writer)
        : context_(context), writer_(writer) {}

    async::task<result<started_connect>> open(connect_flow_request request);
    async::task<finished_connect> finish(connect_callback callback);

private:
    async::task<consumed_flow> consume(connect_callback const& callback);
    async::task<std::optional<connect_refusal>> exchange(
        connect_flow const& flow, connect_callback const& callback, finished_connect& end
    );
    using candidates = boost::system::result<std::vector<sentry_organization>, connect_refusal>;
    async::task<candidates> find_candidates(
        connect_flow const& flow, sentry::token_set const& tokens, finished_connect& end
    );
    async::task<sentry::call_result<std::vector<sentry_organization>>> accessible_organizations(
        connect_flow const& flow, sentry::token_set const& tokens
    );

    connect_context const& context_;
    connection_writer& writer_;
};

}  // namespace tocsin::integrations
