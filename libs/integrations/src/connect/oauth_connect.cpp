#include "connect/oauth_connect.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

namespace tocsin::integrations {

namespace {

crypto::vault_place verifier_place(organization_id org, uuid const& flow) {
    return {.table = "connect_flows", .column = "verifier", .organization = org.str(), .row = flow.str()};
}

/// Sentry does not send `iss` yet. Another issuer means that two authorization servers were mixed up.
bool is_issuer(std::string const& named, config::base_url const& sentry) {
    auto const url = config::parse_base_url(named);
    return url && url->str() == sentry.str();
}

std::vector<organization_choice> choices_of(std::vector<sentry_organization> const& all) {
    std::vector<organization_choice> choices;
    choices.reserve(all.size());
    for (auto const& each : all) choices.push_back({each, std::nullopt});
    return choices;
}

std::optional<connect_refusal> refusal_of_callback(
    connect_callback const& callback, connect_context const& context
) {
    if (callback.error == "access_denied") return connect_refusal::denied;
    if (callback.error == "invalid_scope") return connect_refusal::invalid_scope;
    if (!callback.error.empty() || callback.code.empty()) return connect_refusal::sentry_refused;
    if (callback.issuer && !is_issuer(*callback.issuer, context.sentry.base()))
        return connect_refusal::sentry_refused;
    if (!context.registered.oauth) return connect_refusal::not_configured;
    return std::nullopt;
}

}  // namespace

async::task<result<started_connect>> oauth_connect::open(connect_flow_request request) {
    if (!context_.registered.oauth) co_return not_configured(mode::oauth);
    auto const state = crypto::random_token();
    auto const verifier = crypto::random_token();
    request.state_hash = hash_of(state);
    request.verifier_sealed = context_.vault.seal(verifier, verifier_place(request.organization, request.id));
    auto url = sentry::authorize_url(
        context_.sentry.base(),
        *context_.registered.oauth,
        {context_.registered.redirect_uri, state, crypto::pkce_challenge(verifier), requested_scopes()}
    );
    co_return co_await open_flow(context_, std::move(request), std::move(url));
}

async::task<consumed_flow> oauth_connect::consume(connect_callback const& callback) {
    if (callback.binding.empty()) co_return connect_refusal::wrong_browser;
    auto const key = co_await context_.pool.transact(
        db::no_tenant,
        [hash = hash_of(*callback.state)](db::transaction& tx) {
            return find_connect_flow_of_state(tx, hash);
        }
    );
    if (!key) co_return connect_refusal::expired;
    co_return co_await consume_flow(context_, *key, callback);
}

async::task<finished_connect> oauth_connect::finish(connect_callback callback) {
    // An error consumes the flow as a success does (RFC 9700).
    auto const flow = co_await consume(callback);
    if (!flow) co_return finished_connect{{}, {}, flow.error()};
    finished_connect end{flow->organization_slug, flow->integration, std::nullopt};
    end.refusal = refusal_of_callback(callback, context_);
    if (!end.refusal) end.refusal = co_await exchange(*flow, callback, end);
    co_return end;
}

async::task<std::optional<connect_refusal>> oauth_connect::exchange(
    connect_flow const& flow, connect_callback const& callback, finished_connect& end
) {
    auto verifier = context_.vault.open(flow.verifier_sealed, verifier_place(flow.organization, flow.id));
    if (!verifier) co_return connect_refusal::expired;
    auto sentry =
        context_.sentry.on_behalf_of({flow.organization, flow.integration, sentry::call_priority::exchange});
    auto const tokens = co_await sentry.exchange_oauth_code(
        *context_.registered.oauth, callback.code, context_.registered.redirect_uri, std::move(*verifier)
    );
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"status", tokens.error().http_status}, {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    auto candidates = co_await find_candidates(flow, *tokens, end);
    if (!candidates) {
        co_await writer_.revoke(tokens->access_token);
        co_return candidates.error();
    }
    if (candidates->size() == 1 && !flow.session_hash.empty()) {
        auto const stored = co_await writer_.store(
            flow.started_by(), flow.integration, std::nullopt, candidates->front(), *tokens
        );
        if (stored) co_return std::nullopt;
        co_await writer_.revoke(tokens->access_token);
        co_return connect_refusal::already_claimed;
    }
    end.needs_decision = co_await writer_.store_undecided(
        flow.organization,
        flow.integration,
        {.reason = reason::choose_organization,
         .choices = choices_of(*candidates),
         .session_hash = callback.session_hash},
        *tokens
    );
    if (!end.needs_decision) co_return connect_refusal::other_organization;
    co_return std::nullopt;
}

/// The Sentry organizations that the token can access and the flow allows: at least one.
async::task<oauth_connect::candidates> oauth_connect::find_candidates(
    connect_flow const& flow, sentry::token_set const& tokens, finished_connect& end
) {
    auto const accessible = co_await accessible_organizations(flow, tokens);
    if (!accessible) co_return refusal_of(accessible.error());
    auto organizations = *accessible;
    if (flow.sentry_org)
        std::erase_if(organizations, [&](sentry_organization const& each) {
            return !is_named(each, *flow.sentry_org);
        });
    if (organizations.empty()) co_return connect_refusal::no_organization;
    auto const other = organizations.front();
    std::erase_if(organizations, [&](sentry_organization const& each) { return !flow.allows(each); });
    if (!organizations.empty()) co_return organizations;
    end.expected_organization = flow.expected.name;
    end.found_organization = other.name;
    co_await note_refused_organization(context_, flow, other);
    co_return connect_refusal::other_organization;
}

/// A token that is bound to one organization has access to that one only, another one to all of its user's.
async::task<sentry::call_result<std::vector<sentry_organization>>> oauth_connect::accessible_organizations(
    connect_flow const& flow, sentry::token_set const& tokens
) {
    auto sentry =
        context_.sentry.on_behalf_of({flow.organization, flow.integration, sentry::call_priority::exchange});
    auto const listed = co_await sentry.list_organizations(tokens.access_token);
    if (!listed) co_return listed.error();
    std::vector<sentry_organization> accessible;
    for (auto const& each : *listed)
        if (tokens.organization_id.empty() || tokens.organization_id == each.id)
            accessible.push_back({each.id, each.slug, each.name.empty() ? each.slug : each.name});
    co_return accessible;
}

}  // namespace tocsin::integrations
