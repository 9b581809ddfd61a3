#include "gateway/connect_callback.hpp"

#include "gateway/integrations_api.hpp"

#include <tocsin/base/text.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::connect_refusal;

std::string page_of(integrations::finished_connect const& end) {
    // Without an intent there is no organization to lead to: the console's start page explains.
    if (end.organization_slug.empty()) return "/?connect_error=" + std::string(to_string(*end.refusal));
    std::string const list = "/o/" + http::encoded_segment(end.organization_slug) + "/integrations";
    if (end.refusal == connect_refusal::other_organization)
        return list + "/" + end.integration.str() + "?" +
               http::form_encoded(
                   {{"connect_error", std::string(to_string(*end.refusal))},
                    {"expected", end.expected_organization},
                    {"found", end.found_organization}}
               );
    if (end.refusal) return list + "?connect_error=" + std::string(to_string(*end.refusal));
    // The integration's own page asks what is left to ask.
    if (end.needs_decision) return list + "/" + end.integration.str();
    return list + "/" + end.integration.str() + "?connected=1";
}

class callback {
public:
    callback(identity::accounts& accounts, integrations::connect& connect, session_cookie cookie)
        : accounts_(accounts), connect_(connect), cookie_(cookie) {}

    async::task<http::response> answer(http::request& request) {
        auto const code = request.query_value("code");
        auto const installation = request.query_value("installationId");
        auto const state = request.query_value("state");
        auto const issuer = request.query_value("iss");
        integrations::connect_callback what{
            .code = secret(std::string(code.value_or(""))),
            .installation = installation ? uuid::parse(*installation) : std::nullopt,
            .state = state ? std::optional(secret(std::string(*state))) : std::nullopt,
            .error = printable(request.query_value("error").value_or(""), 100),
            .issuer = issuer ? std::optional(printable(*issuer, 300)) : std::nullopt,
            .binding = secret(std::string(request.cookie(binding_cookie_name).value_or(""))),
            .session_hash = co_await session_hash(request)
        };
        auto const end = co_await connect_.finish(std::move(what));
        co_return http::response::see_other(page_of(end));
    }

private:
    /// Of the live session of this browser; empty where it has none.
    async::task<std::string> session_hash(http::request const& request) {
        auto credentials = read_credentials(request, cookie_);
        if (credentials.what != presented::kind::session) co_return std::string();
        auto const found = co_await accounts_.find_session(std::move(credentials.value), std::nullopt);
        co_return found ? found->who.session_hash : std::string();
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
        .handle = [page](http::request& request) { return page->answer(request); },
        .on_failure =
            [](http::request const&, std::exception_ptr) {
                return http::response::see_other(
                    "/?connect_error=" + std::string(to_string(connect_refusal::unavailable))
                );
            }
    };
}

}  // namespace tocsin::gateway
