#include "connect/connect_flow.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/observe/log.hpp>

namespace tocsin::integrations {

namespace {

/// Checked again when the flow returns, because rights may have changed.
bool may_connect(std::optional<std::string> const& role_name) {
    auto const role = role_name ? identity::parse_role(*role_name) : std::nullopt;
    return role && identity::allows(*role, identity::permission::administer);
}

async::task<bool> is_own_binding(connect_context const& context, connect_flow_request const& request) {
    if (request.principal.session_hash.empty()) co_return false;
    co_return co_await context.pool.transact(
        db::no_tenant,
        [binding = hash_of(*request.binding), session = request.principal.session_hash](db::transaction& tx) {
            return is_binding_of_session(tx, binding, session);
        }
    );
}

new_connect_flow row_of(connect_context const& context, connect_flow_request const& request) {
    return {
        .organization = request.organization,
        .id = request.id,
        .integration = request.integration,
        .user = request.principal.user,
        .token = request.principal.token,
        .session_hash = request.principal.session_hash,
        .binding_hash = hash_of(*request.binding),
        .mode = request.mode,
        .sentry_host = context.sentry.base().str(),
        .lifetime = connect::flow_lifetime,
        .purpose = request.purpose,
        .allow_other = request.others == other_organizations::allowed,
        .state_hash = request.state_hash,
        .verifier_sealed = request.verifier_sealed,
        .sentry_org = request.sentry_org
    };
}

}  // namespace

std::string hash_of(secret const& token) {
    return std::string(as_text(crypto::sha256(token.reveal())));
}

connect_flow_request first_connect(
    organization_id org, mode m, identity::principal principal, std::optional<secret> binding
) {
    return {
        .organization = org,
        .integration = integration_id{crypto::uuid_v4()},
        .principal = std::move(principal),
        .binding = std::move(binding),
        .mode = m,
        .sentry_org = {},
        .id = crypto::uuid_v4(),
        .state_hash = {},
        .verifier_sealed = {}
    };
}

async::task<result<started_connect>> open_flow(
    connect_context const& context, connect_flow_request request, std::string authorize_url
) {
    // A value that the server did not make for this session is never adopted: an attacker may have planted
    // it.
    if (request.binding && !co_await is_own_binding(context, request)) request.binding.reset();
    if (!request.binding) request.binding = crypto::random_token();
    auto inserted = co_await context.pool.transact(
        identity::tenant_of(request.organization, request.principal),
        [flow = row_of(context, request)](db::transaction& tx) -> result<integration> {
            if (!insert_connect_flow(tx, flow))
                return error{
                    errc::conflict,
                    "Five connects are in progress already: finish one of them, or wait ten minutes."
                };
            return find_integration(tx, flow.organization, flow.integration);
        }
    );
    if (!inserted) co_return inserted.error();
    observe::log_info(
        "connect started",
        {{"organization", request.organization.str()},
         {"integration", request.integration.str()},
         {"purpose", to_string(request.purpose)}}
    );
    co_return started_connect{std::move(*inserted), std::move(authorize_url), std::move(*request.binding)};
}

async::task<consumed_flow> consume_flow(
    connect_context const& context, connect_flow_key key, connect_callback const& callback
) {
    auto const binding_hash = hash_of(callback.binding);
    auto flow = co_await context.pool.transact(
        key.organization,
        [key, binding_hash, session_hash = callback.session_hash](db::transaction& tx) {
            return consume_connect_flow(tx, key, binding_hash, session_hash);
        }
    );
    if (!flow)
        co_return flow.error() == flow_problem::closed ? connect_refusal::expired
                                                       : connect_refusal::wrong_browser;
    if (!may_connect(flow->role)) co_return connect_refusal::wrong_browser;
    co_return std::move(*flow);
}

async::task<> note_refused_organization(
    connect_context const& context, connect_flow const& flow, sentry_organization const& found
) {
    co_await context.pool.transact(
        flow.organization,
        [key = connect_flow_key{flow.organization, flow.id}, id = found.id](db::transaction& tx) {
            note_refused_organization(tx, key, id);
        }
    );
}

}  // namespace tocsin::integrations
