#include <tocsin/crypto/digest.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/app.hpp>

#include <chrono>

namespace tocsin::sentry {

std::string authorize_url(
    config::base_url const& sentry, oauth_app const& app, authorization_request const& request
) {
    std::string scope;  // Sentry splits at single spaces: two would make an empty scope
    for (auto const& each : request.scopes) {
        if (!scope.empty()) scope.push_back(' ');
        scope += each;
    }
    return sentry.str() + "/oauth/authorize/?" +
           http::form_encoded(
               {{"response_type", "code"},
                {"client_id", app.client_id},
                {"redirect_uri", request.redirect_uri},
                {"scope", scope},
                {"state", std::string(request.state.reveal())},
                {"code_challenge", request.code_challenge},
                {"code_challenge_method", "S256"}}
           );
}

std::string external_install_url(config::base_url const& sentry, std::string_view app_slug) {
    return sentry.str() + "/sentry-apps/" + http::encoded_segment(app_slug) + "/external-install/";
}

secret client_assertion(public_app const& app, timestamp now, uuid const& jti) {
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    json::writer header;
    header.begin_object().field("alg", "HS256").field("typ", "JWT").end_object();
    json::writer claims;
    claims.begin_object()
        .field("iss", app.client_id)
        .field("sub", app.client_id)
        .field("iat", std::int64_t{seconds})
        .field("exp", std::int64_t{seconds + 60})
        .field("jti", jti.str())
        .end_object();
    std::string const signed_part =
        to_base64url(as_bytes(header.take())) + "." + to_base64url(as_bytes(claims.take()));
    auto const signature = crypto::hmac_sha256(app.client_secret).sign(signed_part);
    return secret(signed_part + "." + to_base64url(signature));
}

}  // namespace tocsin::sentry
