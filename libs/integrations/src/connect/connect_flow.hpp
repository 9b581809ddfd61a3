#pragma once

#include "connect/connect_context.hpp"
#include "connect/connect_flow_store.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace tocsin::integrations {

struct connect_flow_request {
    organization_id organization;
    integration_id integration;
    identity::principal principal;
    std::optional<secret> binding;  ///< of this browser; replaced unless it is of this session
    integrations::mode mode = mode::public_;
    connect_purpose purpose = connect_purpose::connect;
    other_organizations others = other_organizations::allowed;
    std::optional<std::string> sentry_org;
    uuid id;                      ///< of the flow
    std::string state_hash;       ///< empty if the mode has no state
    byte_string verifier_sealed;  ///< empty if the mode has no state
};

/// A request for a first connect, with new ids.
connect_flow_request first_connect(
    organization_id org, mode m, identity::principal principal, std::optional<secret> binding
);

/// Opens a flow that continues at `authorize_url`.
async::task<result<started_connect>> open_flow(
    connect_context const& context, connect_flow_request request, std::string authorize_url
);

using consumed_flow = boost::system::result<connect_flow, connect_refusal>;

/// Consumes a flow if this browser, its session, and its user may. Committed before Sentry is called, so that
/// only one of several callbacks continues.
async::task<consumed_flow> consume_flow(
    connect_context const& context, connect_flow_key key, connect_callback const& callback
);

/// Records that a reconnect was refused because it led to `found`: an admin may agree to that one.
async::task<> note_refused_organization(
    connect_context const& context, connect_flow const& flow, sentry_organization const& found
);

/// SHA-256 of a token. The database stores only this.
std::string hash_of(secret const& token);

}  // namespace tocsin::integrations
