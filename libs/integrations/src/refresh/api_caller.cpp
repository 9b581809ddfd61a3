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

async::task<result<sentry::call_result<sentry::api_response>>> api_caller::call(
    organization_id org, integration_id id, sentry::api_request request
) {
    using answer = sentry::call_result<sentry::api_response>;
    sentry_access const access{pool_, vault_, refresher_};
    auto const make = [this, request](sentry_access::grant grant) -> async::task<answer> {
        auto response = co_await sentry_.call({grant.organization}, request, grant.token);
        auto const token = grant.token.reveal();
        if (response && contains(*response, token)) co_return response_with_token(response->status);
        if (!response && response.error().detail.find(token) != std::string::npos)
            co_return response_with_token(response.error().http_status);
        co_return response;
    };
    co_return co_await access.call<sentry::api_response>(org, id, make);
}

}  // namespace tocsin::integrations
