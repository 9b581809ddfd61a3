#include "gateway/connect_callback.hpp"

#include "gateway/integrations_api.hpp"

#include <tocsin/base/text.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::connect_refusal;

std::string page_after(integrations::finished_connect const& finished) {
    // Without a connect flow there is no organization: the console's start page explains the error.
    if (finished.organization_slug.empty())
        return "/?connect_error=" + std::string(to_string(*finished.refusal));
    std::string const list = "/o/" + http::encoded_segment(finished.organization_slug) + "/integrations";
    if (finished.refusal == connect_refusal::other_organization)
        return list + "/" + finished.integration.str() + "?" +
               http::form_encoded(
                   {{"connect_error", std::string(to_string(*finished.refusal))},
                    {"expected", finished.expected_organization},
                    {"found", finished.found_organization}}
               );
    if (finished.refusal) return list + "?connect_error=" + std::string(to_string(*finished.refusal));
    // The page of the integration asks for the missing decision.
    if (finished.needs_decision) return list + "/" + finished.integration.str();
    return list + "/" + finished.integration.str() + "?connected=1";
}

class callback {
public:
    callback(identity::accounts& accounts, integrations::connect& connect, session_cookie cookie)
        : accounts_(accounts), connect_(connect), cookie_(cookie) {}

    async::task<http::response> respond(http::request& request) {
        auto const code = request.query_value("code");
        auto const installation = request.query_value("installationId");
        auto const state = request.query_value("state");
        auto const issuer = request.query_value("iss");
        integrations::connect_callback callback{
            .code = secret(std::string(code.value_or(""))),
            .installation = installation ? uuid::parse(*installation) : std::nullopt,
            .state = state ? std::optional(secret(std::string(*state))) : std::nullopt,
            .error = printable(request.query_value("error").value_or(""), 100),
            .issuer = issuer ? std::optional(printable(*issuer, 300)) : std::nullopt,
            .binding =
                secret(std::string(request.cookie(binding_cookie_name(cookie_.is_secure())).value_or(""))),
            .session_hash = co_await session_hash(request)
        };
        auto const finished = co_await connect_.finish(std::move(callback));
        co_return http::response::see_other(page_after(finished));
    }

private:
    /// The hash of this browser's session; empty without one.
    async::task<std::string> session_hash(http::request const& request) {
        auto credentials = read_credentials(request, cookie_);
        if (credentials.kind != request_credentials::kinds::session) co_return std::string();
        auto const found = co_await accounts_.find_session(std::move(credentials.value), std::nullopt);
        co_return found ? found->principal.session_hash : std::string();
    }

    identity::accounts& accounts_;
    integrations::connect& connect_;
    session_cookie cookie_;
};

}  // namespace

http::route connect_callback_route(
    identity::accounts& accounts, integrations::connect& connect, session_cookie cookie
) {
    auto const page = std::make_shared<callback>(accounts, connect, cookie);
    return {
        .method = http::method::get,
        .pattern = "/oauth/sentry/callback",
        .handle = [page](http::request& request) { return page->respond(request); },
        .on_failure =
            [](http::request const&, std::exception_ptr) {
                return http::response::see_other(
                    "/?connect_error=" + std::string(to_string(connect_refusal::unavailable))
                );
            }
    };
}

}  // namespace tocsin::gateway
