#include "connect/connect_intent.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/log.hpp>

/// The internal integration: what an admin pastes, verified with Sentry before it is stored.
namespace tocsin::integrations {

namespace {

error refused_access(sentry::call_failure const& why) {
    auto said = sentry::to_error(why, "the token");
    if (said.code != errc::sentry_refused) return said;
    if (why.http_status == 401)
        return {
            errc::sentry_refused, "Sentry does not take this token.", {{"token", "is not valid at Sentry"}}
        };
    if (why.http_status == 403)
        return {
            errc::sentry_refused,
            "Sentry takes the token but does not let it read this organization: check its slug, and give the "
            "internal "
            "integration Organization: Read.",
            {{"token", "may not read the organization"}}
        };
    return {
        errc::sentry_refused,
        "Sentry knows no such organization, or does not show it to this token.",
        {{"sentry_org", "is not visible to the token"}}
    };
}

}  // namespace

/// What the token may do is seen by trying: Sentry tells nobody the scopes of a pasted token.
async::task<result<sentry_organization>> connect::verify_internal(
    internal_access const& access, std::vector<std::string>& scopes
) {
    auto const found = co_await sentry_.find_organization(access.sentry_org, access.token);
    if (!found) co_return refused_access(found.error());
    scopes = {"org:read"};
    if (co_await sentry_.list_projects(found->slug, access.token)) scopes.emplace_back("project:read");
    if (co_await sentry_.list_issues({found->slug}, {}, access.token)) scopes.emplace_back("event:read");
    co_return sentry_organization{found->id, found->slug, found->name.empty() ? found->slug : found->name};
}

async::task<result<void>> connect::put_internal(
    db::tenant by, integration_id id, internal_access access, other_organizations others, bool is_new
) {
    auto const org = by.organization.value();
    std::vector<std::string> scopes;
    auto const verified = co_await verify_internal(access, scopes);
    if (!verified) co_return verified.error();
    sentry::token_set const tokens{access.token, std::nullopt, std::nullopt, scopes, {}};
    confirmed_connection const connection{
        .organization = org,
        .integration = id,
        .sentry_host = sentry_.base().str(),
        .installation = std::nullopt,
        .sentry_org = *verified,
        .scopes = scopes,
        .credential = seal(vault_, org, id, tokens, policy_, time_.now())
    };
    // Empty: the one that is stored stays.
    auto const webhook_secret =
        access.client_secret.empty()
            ? std::nullopt
            : std::optional(seal_webhook_secret(vault_, org, id, access.client_secret));
    std::optional<error> refused;
    try {
        co_await pool_.transact(by, [=](db::transaction& tx) {
            if (is_new) insert_pending(tx, org, id, mode::internal, connection.sentry_host);
            auto const before = find_integration(tx, org, id).value();
            if (others == other_organizations::refused && !before.sentry_org.id.empty() &&
                before.sentry_org.id != connection.sentry_org.id)
                throw failure(
                    {errc::other_organization,
                     "This integration is for " + before.sentry_org.name + ", and the token is for " +
                         connection.sentry_org.name + "."}
                );
            store_connection(tx, connection);
            if (webhook_secret) put_webhook_secret(tx, org, id, *webhook_secret);
        });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return co_await refuse(by, id, std::nullopt, verified->id, *refused);
    co_return result<void>{};
}

async::task<result<started_connect>> connect::start_internal(
    organization_id org, identity::principal who, internal_access access
) {
    integration_id const id{crypto::uuid_v4()};
    auto const stored =
        co_await put_internal(as(org, who), id, std::move(access), other_organizations::meant, true);
    if (!stored) co_return stored.error();
    observe::log_info("connected", {{"organization", org.str()}, {"integration", id.str()}});
    auto made = co_await find(org, id);
    if (!made) co_return made.error();
    co_return started_connect{std::move(*made), std::nullopt, secret()};
}

}  // namespace tocsin::integrations
