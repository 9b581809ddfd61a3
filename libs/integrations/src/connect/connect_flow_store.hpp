#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class connect_purpose { connect, reconnect };
inline constexpr enum_names<connect_purpose, 2> connect_purpose_names{
    {{connect_purpose::connect, "connect"}, {connect_purpose::reconnect, "reconnect"}}
};
inline std::string_view to_string(connect_purpose p) noexcept {
    return name_of(connect_purpose_names, p);
}
inline std::optional<connect_purpose> parse_connect_purpose(std::string_view text) noexcept {
    return value_of(connect_purpose_names, text);
}

struct new_connect_flow {
    organization_id organization;
    uuid id;
    integration_id integration;
    std::optional<user_id> user;
    std::optional<identity::token_id> token;  ///< the API token that started it
    std::string session_hash;                 ///< 32 bytes; empty for an API token
    std::string binding_hash;                 ///< 32 bytes
    integrations::mode mode = mode::public_;
    std::string sentry_host;
    std::chrono::milliseconds lifetime;
    connect_purpose purpose = connect_purpose::connect;
    bool allow_other = false;     ///< a reconnect may lead to the organization that was refused last
    std::string state_hash;       ///< 32 bytes; empty if the mode has no state
    byte_string verifier_sealed;  ///< empty if the mode has no state
    std::optional<std::string> sentry_org;
};
/// Inserts a connect flow and, for a connect, a pending integration. False if the organization has too many
/// open flows.
bool insert_connect_flow(db::transaction& tx, new_connect_flow const& flow);

struct connect_flow_key {
    organization_id organization;
    uuid id;
};
/// The open flows of a browser in all organizations, newest first.
std::vector<connect_flow_key> find_connect_flows(db::transaction& tx, std::string const& binding_hash);
/// True if a binding is of an open flow of this session, in any organization.
bool is_binding_of_session(
    db::transaction& tx, std::string const& binding_hash, std::string const& session_hash
);
/// The open flow of a state, in any organization.
std::optional<connect_flow_key> find_connect_flow_of_state(
    db::transaction& tx, std::string const& state_hash
);

/// A flow that a callback has consumed.
struct connect_flow {
    organization_id organization;
    uuid id;
    integration_id integration;
    connect_purpose purpose = connect_purpose::connect;
    byte_string verifier_sealed;
    std::optional<std::string> sentry_org;  ///< requested by the admin
    std::optional<user_id> user;
    std::string session_hash;
    std::string organization_slug;
    std::string actor;                ///< the email of the user who started it; empty for an API token
    std::optional<std::string> role;  ///< now, of the user or token; none if it has no rights anymore
    sentry_organization expected;     ///< the one before; empty for a first connect
    std::string allowed;              ///< id of another one, to which an admin agreed; empty if there is none

    /// A reconnect leads to the organization of before, unless an admin agreed to another one.
    bool allows(sentry_organization const& found) const {
        return expected.id.empty() || found.id == expected.id || found.id == allowed;
    }
    /// True if an admin named the organization, or the integration was connected to it before.
    bool expects(sentry_organization const& found) const {
        return found.id == expected.id || found.id == allowed || (sentry_org && is_named(found, *sentry_org));
    }

    /// To change the organization's rows on behalf of the user who started the flow.
    db::tenant started_by() const {
        db::actor actor_of_flow;
        actor_of_flow.kind = user ? "user" : "";
        actor_of_flow.id = user ? user->str() : "";
        actor_of_flow.name = actor;
        return {organization, std::move(actor_of_flow)};
    }
};
enum class flow_problem {
    closed,         ///< used or expired
    other_browser,  ///< the flow stays open
};
/// Marks a flow as used, and all other open flows of the same browser and organization. Only for the browser
/// and the session that started it; a flow of an API token has no session.
boost::system::result<connect_flow, flow_problem> consume_connect_flow(
    db::transaction& tx,
    connect_flow_key const& key,
    std::string const& binding_hash,
    std::string const& session_hash
);

/// Records which organization a reconnect was refused for, so that an admin can agree to it.
void note_refused_organization(
    db::transaction& tx, connect_flow_key const& key, std::string const& sentry_org_id
);

/// Closes the open flows of an integration.
void close_connect_flows(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
