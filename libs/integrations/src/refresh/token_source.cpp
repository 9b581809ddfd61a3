#include "refresh/token_source.hpp"

#include <tocsin/integrations/credentials.hpp>

namespace tocsin::integrations {

namespace {

/// A failure on our side, before Sentry is called.
sentry::call_failure local_failure(std::string detail) {
    return {
        .kind = sentry::failure_kind::transient,
        .http_status = 0,
        .detail = std::move(detail),
        .in_doubt = false,
        .retry_after = {}
    };
}

}  // namespace

sentry::client token_source::sentry_for(refresh_attempt const& attempt) const {
    auto const& lease = attempt.lease;
    return sentry_.on_behalf_of({lease.organization, lease.integration, sentry::call_priority::refresh});
}

result<secret> token_source::refresh_token_of(refresh_attempt const& attempt) const {
    auto const& lease = attempt.lease;
    return open_refresh_token(vault_, lease.organization, lease.integration, *lease.refresh_token_sealed);
}

bool token_source::has_time_for_call(refresh_attempt const& attempt) const {
    return std::chrono::steady_clock::now() - attempt.started + settings_.call_timeout <= settings_.lease;
}

async::task<sentry::call_result<sentry::token_set>> token_source::request(refresh_attempt& attempt) {
    auto const& lease = attempt.lease;
    auto opened = open_access_token(vault_, lease.organization, lease.integration, lease.access_token_sealed);
    if (!opened) co_return local_failure(opened.error().detail);
    attempt.access_token = std::move(*opened);

    if (lease.mode == mode::internal) co_return co_await request_internal(attempt);
    if (lease.in_doubt && !lease.expired) {
        // The result of an earlier refresh is unknown. A token that still works proves that it had no effect.
        attempt.in_doubt = !co_await check_access_token(attempt);
        if (!has_time_for_call(attempt))
            co_return local_failure("Sentry is too slow to refresh within the lease");
    }
    co_return lease.mode == mode::public_ ? co_await request_installation(attempt)
                                          : co_await request_oauth(attempt);
}

/// Whether Sentry accepts the stored access token.
async::task<sentry::call_result<void>> token_source::check_access_token(refresh_attempt& attempt) {
    auto const& lease = attempt.lease;
    if (lease.mode == mode::public_ && lease.installation) {
        auto const installation =
            co_await sentry_for(attempt).find_installation(*lease.installation, attempt.access_token);
        if (!installation) co_return installation.error();
        attempt.organization = installation->organization;
    } else {
        auto const organization =
            co_await sentry_for(attempt).find_organization(lease.sentry_org_id, attempt.access_token);
        if (!organization) co_return organization.error();
        attempt.organization = *organization;
    }
    co_return sentry::call_result<void>{};
}

/// The token of an internal integration does not expire: a refresh checks that Sentry still accepts it.
async::task<sentry::call_result<sentry::token_set>> token_source::request_internal(refresh_attempt& attempt) {
    auto const accepted = co_await check_access_token(attempt);
    if (!accepted) co_return accepted.error();
    co_return sentry::token_set{attempt.access_token, std::nullopt, std::nullopt, attempt.lease.scopes, {}};
}

/// By the jwt-bearer grant, which needs no refresh token; with the refresh token if Sentry does not offer it.
async::task<sentry::call_result<sentry::token_set>> token_source::request_installation(
    refresh_attempt const& attempt
) {
    auto const& lease = attempt.lease;
    if (!lease.installation) co_return local_failure("the integration has no installation");
    auto tokens = co_await sentry_for(attempt).refresh_with_jwt(*registered_.app, *lease.installation);
    if (tokens || !lacks_jwt_grant(tokens.error()) || !lease.refresh_token_sealed ||
        !has_time_for_call(attempt))
        co_return tokens;
    auto refresh_token = refresh_token_of(attempt);
    if (!refresh_token) co_return local_failure(refresh_token.error().detail);
    co_return co_await sentry_for(attempt).refresh_with_token(
        *registered_.app, *lease.installation, std::move(*refresh_token)
    );
}

async::task<sentry::call_result<sentry::token_set>> token_source::request_oauth(refresh_attempt const& attempt
) {
    if (!attempt.lease.refresh_token_sealed) co_return local_failure("Sentry gave no refresh token");
    auto refresh_token = refresh_token_of(attempt);
    if (!refresh_token) co_return local_failure(refresh_token.error().detail);
    auto tokens = co_await sentry_for(attempt).refresh_oauth(*registered_.oauth, std::move(*refresh_token));
    if (!tokens && attempt.in_doubt && tokens.error().oauth_error == "invalid_grant") {
        auto why = tokens.error();
        why.detail = "invalid_grant: Sentry replaced the tokens in an earlier refresh whose answer was lost";
        co_return why;
    }
    co_return tokens;
}

}  // namespace tocsin::integrations
