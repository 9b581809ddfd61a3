#include "refresh/sentry_access.hpp"

#include <tocsin/integrations/api_caller.hpp>

#include <algorithm>

namespace tocsin::integrations {

namespace {

bool contains(sentry::api_response const& response, std::string_view token) {
    if (response.body.find(token) != std::string::npos) return true;
    auto const& headers = response.headers.all();
    return std::ranges::any_of(headers, [token](auto const& header) {
        return header.second.find(token) != std::string::npos;
    });
}

/// A proxy that repeats requests in its responses would reveal the token.
sentry::call_failure response_with_token(int status) {
    return {
        .kind = sentry::failure_kind::transient,
        .http_status = status,
        .detail = "the response contained the integration's token, so it was discarded",
        .in_doubt = true,
        .retry_after = {}
    };
}

}  // namespace

async::task<sentry::call_result<sentry::api_response>> api_caller::send(
    sentry::caller who, std::string organization, secret token, sentry::api_request request
) {
    auto response = co_await sentry_.on_behalf_of(who).call({organization}, std::move(request), token);
    auto const sent = token.reveal();
    if (response && contains(*response, sent)) co_return response_with_token(response->status);
    if (!response && response.error().detail.find(sent) != std::string::npos)
        co_return response_with_token(response.error().http_status);
    co_return response;
}

async::task<result<sentry::call_result<sentry::api_response>>> api_caller::call(
    organization_id org, integration_id id, sentry::api_request request
) {
    auto const host = sentry_.base();
    auto access = co_await pool_.transact(org, [org, id, host](db::transaction& tx) {
        return find_stored_access(tx, org, id, host);
    });
    if (!access) co_return access.error();
    co_return co_await call(org, id, std::move(*access), std::move(request));
}

async::task<result<sentry::call_result<sentry::api_response>>> api_caller::call(
    organization_id org, integration_id id, stored_access access, sentry::api_request request
) {
    sentry_access const to_sentry{pool_, vault_, refresher_};
    sentry::caller const who{org, id, sentry::call_priority::person};
    auto const make = [this, who, request](sentry_access::grant grant) {
        return send(who, std::move(grant.organization), std::move(grant.token), request);
    };
    co_return co_await to_sentry.call_with<sentry::api_response>(
        to_sentry.open(org, id, access), org, id, make
    );
}

}  // namespace tocsin::integrations
