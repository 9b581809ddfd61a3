#include "connect/internal_connect.hpp"

namespace tocsin::integrations {

namespace {

error refused_access(sentry::call_failure const& why) {
    auto refused = sentry::to_error(why, "to accept the token");
    if (refused.code != errc::sentry_refused) return refused;
    if (sentry::rejects_token(why))
        return {
            errc::sentry_refused, "Sentry does not accept this token.", {{"token", "is not valid at Sentry"}}
        };
    if (why.http_status == 401) return refused;
    if (why.http_status == 403)
        return {
            errc::sentry_refused,
            "The token is valid, but it may not read this organization. Check the organization's slug, and give the internal integration Organization: Read.",
            {{"token", "may not read the organization"}}
        };
    return {
        errc::sentry_refused,
        "Sentry has no such organization, or the token has no access to it.",
        {{"sentry_org", "is not visible to the token"}}
    };
}

}  // namespace

/// Tries what the token may do, because Sentry does not report the scopes of a pasted token.
async::task<result<internal_connect::verified_access>> internal_connect::verify(
    organization_id org, integration_id id, internal_access const& access
) {
    auto sentry = context_.sentry.on_behalf_of({org, id, sentry::call_priority::person});
    auto const organization = co_await sentry.find_organization(access.sentry_org, access.token);
    if (!organization) co_return refused_access(organization.error());
    std::vector<std::string> scopes{"org:read"};
    if (co_await sentry.list_projects(organization->id, access.token)) scopes.emplace_back("project:read");
    if (co_await sentry.list_issues({organization->id}, {}, access.token)) scopes.emplace_back("event:read");
    co_return verified_access{
        {organization->id,
         organization->slug,
         organization->name.empty() ? organization->slug : organization->name},
        {access.token, std::nullopt, std::nullopt, std::move(scopes), {}}
    };
}

async::task<result<void>> internal_connect::start(
    db::tenant tenant, integration_id id, internal_access access
) {
    auto const verified = co_await verify(tenant.organization.value(), id, access);
    if (!verified) co_return verified.error();
    co_return co_await writer_.store_internal(
        std::move(tenant),
        {.integration = id,
         .sentry_org = verified->sentry_org,
         .tokens = verified->tokens,
         .client_secret = access.client_secret,
         .is_new = true}
    );
}

async::task<result<void>> internal_connect::replace(
    db::tenant tenant, integration existing, internal_access access, other_organizations others
) {
    // The stored slug may have been given to another organization.
    auto const& stored = existing.sentry_org;
    if (access.sentry_org.empty() || access.sentry_org == stored.slug) access.sentry_org = stored.id;
    if (access.client_secret.empty() && !existing.webhook_secret_set)
        co_return error{
            errc::invalid,
            "The client secret is required again.",
            {{"client_secret", "is required after Disconnect"}}
        };
    auto const verified = co_await verify(tenant.organization.value(), existing.id, access);
    if (!verified) co_return verified.error();
    co_return co_await writer_.store_internal(
        std::move(tenant),
        {.integration = existing.id,
         .sentry_org = verified->sentry_org,
         .tokens = verified->tokens,
         .client_secret = access.client_secret,
         .others = others}
    );
}

}  // namespace tocsin::integrations
