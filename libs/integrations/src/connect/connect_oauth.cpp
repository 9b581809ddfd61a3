#include "connect/connect_intent.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

/// The OAuth application: state and PKCE bind the flow; a token may see several organizations.
namespace tocsin::integrations {

namespace {

/// Sentry does not name itself so far. Who does, and is another, has mixed up two servers.
bool is_issuer(std::string const& named, config::base_url const& sentry) {
    auto const url = config::parse_base_url(named);
    return url && url->str() == sentry.str();
}

}  // namespace

async::task<result<started_connect>> connect::start_oauth(
    organization_id org,
    identity::principal who,
    std::optional<secret> binding,
    std::optional<std::string> wanted_org
) {
    return open(
        {.organization = org,
         .integration = integration_id{crypto::uuid_v4()},
         .who = std::move(who),
         .binding = std::move(binding),
         .mode = mode::oauth,
         .wanted_org = std::move(wanted_org)}
    );
}

async::task<connect::consumed> connect::consume_of_state(connect_callback const& callback) {
    if (callback.binding.empty()) co_return connect_refusal::wrong_browser;
    auto const state = hash_of(*callback.state);
    auto const open = co_await pool_.transact(db::no_tenant, [state](db::transaction& tx) {
        return find_intent_of_state(tx, state);
    });
    if (!open) co_return connect_refusal::expired;
    co_return co_await consume(open->organization, open->flow, callback);
}

async::task<finished_connect> connect::finish_oauth(connect_callback callback) {
    // An error uses the intent up as a success does (RFC 9700).
    auto const consumed = co_await consume_of_state(callback);
    if (!consumed) co_return finished_connect{{}, {}, consumed.error()};
    auto const& of = *consumed;
    finished_connect end{of.flow.organization_slug, of.flow.integration, std::nullopt};
    if (callback.error == "access_denied")
        end.refusal = connect_refusal::denied;
    else if (callback.error == "invalid_scope")
        end.refusal = connect_refusal::invalid_scope;
    else if (!callback.error.empty() || callback.code.empty())
        end.refusal = connect_refusal::sentry_refused;
    else if (callback.issuer && !is_issuer(*callback.issuer, sentry_.base()))
        end.refusal = connect_refusal::sentry_refused;
    else if (!registered_.oauth)
        end.refusal = connect_refusal::not_configured;
    else
        end.refusal = co_await exchange_authorization(of, callback, end);
    co_return end;
}

async::task<std::optional<connect_refusal>> connect::exchange_authorization(
    intent const& of, connect_callback const& callback, finished_connect& end
) {
    auto verifier = vault_.open(of.flow.verifier_sealed, verifier_place(of.organization, of.flow.flow));
    if (!verifier) co_return connect_refusal::expired;
    auto const tokens = co_await sentry_.exchange_oauth_code(
        *registered_.oauth, callback.code, registered_.redirect_uri, std::move(*verifier)
    );
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"status", tokens.error().http_status}, {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    auto seen = co_await organizations_of(*tokens);
    if (!seen) {
        co_await revoke(tokens->access_token);
        co_return refusal_of(seen.error());
    }
    auto const keep_only = [&](auto const& fits) {
        seen->erase(
            std::remove_if(seen->begin(), seen->end(), [&](auto const& one) { return !fits(one); }),
            seen->end()
        );
    };
    if (of.flow.wanted_org)
        keep_only([&](auto const& one) {
            return one.slug == *of.flow.wanted_org || one.id == *of.flow.wanted_org;
        });
    std::string const elsewhere = seen->empty() ? std::string() : seen->front().name;
    if (!of.flow.allow_other) keep_only([&](auto const& one) { return one.id == of.flow.expected.id; });
    if (seen->empty()) {
        co_await revoke(tokens->access_token);
        if (elsewhere.empty()) co_return connect_refusal::no_organization;
        end.expected_organization = of.flow.expected.name;
        end.found_organization = elsewhere;
        co_return connect_refusal::other_organization;
    }
    if (seen->size() == 1) {
        auto const stored = co_await store(
            of.flow.began_by(of.organization), of.flow.integration, std::nullopt, seen->front(), *tokens
        );
        if (stored) co_return std::nullopt;
        co_await revoke(tokens->access_token);
        co_return connect_refusal::already_claimed;
    }
    waiting_connection const waiting{
        .organization = of.organization,
        .integration = of.flow.integration,
        .reason = reason::choose_organization,
        .installation = std::nullopt,
        .found = {},
        .choices = std::move(*seen),
        .scopes = tokens->scopes,
        .credential = seal_waiting(of.organization, of.flow.integration, *tokens)
    };
    end.waits_for_person = co_await pool_.transact(of.organization, [waiting](db::transaction& tx) {
        return store_waiting(tx, waiting);
    });
    if (!end.waits_for_person) co_return connect_refusal::other_organization;
    co_return std::nullopt;
}

/// A token that is bound to one organization sees that one; an ordinary one sees what its user sees.
async::task<sentry::call_result<std::vector<sentry_organization>>> connect::organizations_of(
    sentry::token_set const& tokens
) {
    auto const listed = co_await sentry_.list_organizations(tokens.access_token);
    if (!listed) co_return listed.error();
    std::vector<sentry_organization> seen;
    for (auto const& one : *listed)
        if (tokens.organization_id.empty() || tokens.organization_id == one.id)
            seen.push_back({one.id, one.slug, one.name.empty() ? one.slug : one.name});
    co_return seen;
}

}  // namespace tocsin::integrations
