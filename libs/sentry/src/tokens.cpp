#include "client_impl.hpp"
#include "requests.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/responses.hpp>

#include <utility>
#include <vector>

namespace tocsin::sentry {

namespace {

constexpr std::string_view jwt_bearer_grant = "urn:sentry:params:oauth:grant-type:jwt-bearer";

/// A request for tokens of an installation. The app authenticates in the body, which must be JSON.
secret_request token_request(
    config::base_url const& base,
    public_app const& app,
    uuid const& installation,
    std::string_view grant,
    std::string_view credential_name,
    secret const& credential
) {
    json::writer body;
    body.begin_object()
        .field("grant_type", grant)
        .field(credential_name, credential.reveal())
        .field("client_id", app.client_id)
        .field("client_secret", app.client_secret.reveal())
        .end_object();
    http::client_request request{
        .method = http::method::post,
        .target = installation_path(base, installation, "authorizations/"),
        .headers = {},
        .body = {}
    };
    set_json(request, body.take());
    return {std::move(request), {credential, app.client_secret}};
}

/// The app authenticates in the body, because Sentry refuses Basic and body together, and its revocation
/// reads only the body.
secret_request oauth_request(
    config::base_url const& base,
    std::string_view endpoint,
    oauth_app const& app,
    std::vector<std::pair<std::string, std::string>> form,
    std::vector<secret> secrets
) {
    form.emplace_back("client_id", app.client_id);
    form.emplace_back("client_secret", std::string(app.client_secret.reveal()));
    secrets.push_back(app.client_secret);
    http::client_request request{
        .method = http::method::post,
        .target = base.path + std::string(endpoint),
        .headers = {},
        .body = http::form_encoded(form)
    };
    for (auto& [name, value] : form) wipe(value);
    request.headers.set("Accept", "application/json");
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    return {std::move(request), std::move(secrets)};
}

}  // namespace

async::task<call_result<token_set>> client::exchange_code(
    public_app const& app, uuid installation, secret code
) {
    auto response =
        co_await impl_->send(token_request(base(), app, installation, "authorization_code", "code", code));
    if (!response) co_return response.error();
    co_return decode_token_set(response->body, impl_->time.now());
}

async::task<call_result<token_set>> client::refresh_with_token(
    public_app const& app, uuid installation, secret refresh_token
) {
    auto response = co_await impl_->send(
        token_request(base(), app, installation, "refresh_token", "refresh_token", refresh_token)
    );
    if (!response) co_return response.error();
    co_return decode_token_set(response->body, impl_->time.now());
}

async::task<call_result<token_set>> client::refresh_with_jwt(public_app const& app, uuid installation) {
    json::writer body;
    body.begin_object().field("grant_type", jwt_bearer_grant).end_object();
    auto request = with_bearer(
        http::method::post,
        installation_path(base(), installation, "authorizations/"),
        client_assertion(app, impl_->time.now(), crypto::uuid_v4())
    );
    set_json(request.request, body.take());
    auto response = co_await impl_->send(std::move(request));
    if (!response) co_return response.error();
    co_return decode_token_set(response->body, impl_->time.now());
}

async::task<call_result<token_set>> client::exchange_oauth_code(
    oauth_app const& app, secret code, std::string redirect_uri, secret code_verifier
) {
    auto response = co_await impl_->send(oauth_request(
        base(),
        "/oauth/token/",
        app,
        {{"grant_type", "authorization_code"},
         {"code", std::string(code.reveal())},
         {"redirect_uri", std::move(redirect_uri)},
         {"code_verifier", std::string(code_verifier.reveal())}},
        {code, code_verifier}
    ));
    if (!response) co_return response.error();
    co_return decode_oauth_token_set(response->body, impl_->time.now());
}

async::task<call_result<token_set>> client::refresh_oauth(oauth_app const& app, secret refresh_token) {
    // Without a scope: Sentry refuses a refresh that names one.
    auto response = co_await impl_->send(oauth_request(
        base(),
        "/oauth/token/",
        app,
        {{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token.reveal())}},
        {refresh_token}
    ));
    if (!response) co_return response.error();
    co_return decode_oauth_token_set(response->body, impl_->time.now());
}

async::task<call_result<void>> client::revoke_oauth(oauth_app const& app, secret token) {
    auto response = co_await impl_->send(
        oauth_request(base(), "/oauth/revoke/", app, {{"token", std::string(token.reveal())}}, {token})
    );
    if (!response) co_return response.error();
    co_return call_result<void>{};
}

}  // namespace tocsin::sentry
