#include "oauth_fixture.hpp"

#include <algorithm>
#include <sandbox/url.hpp>
#include <stdexcept>

namespace tocsin::test {

pairs changed(pairs base, pairs const& changes) {
    for (auto const& [name, value] : changes) {
        std::erase_if(base, [&](auto const& pair) { return pair.first == name; });
        if (!value.empty()) base.emplace_back(name, value);
    }
    return base;
}

pairs authorize_request() {
    return {
        {"response_type", "code"},
        {"client_id", fake_oauth_client_id},
        {"redirect_uri", callback},
        {"scope", "org:read project:read event:read"},
        {"state", "opaque state/+"},
        {"code_challenge", challenge},
        {"code_challenge_method", "S256"},
    };
}

std::string authorize_target(pairs const& query) {
    return "/oauth/authorize/?" + http::form_encoded(query);
}

std::vector<http::query_parameter> redirect_query(http::client_response const& response) {
    auto const url = std::string(response.headers.find("Location").value_or(""));
    auto const question = url.find('?');
    if (question == std::string::npos) return {};
    return sandbox::decode_form(std::string_view(url).substr(question + 1));
}

async::task<std::string> approve(sandbox_fixture& fixture, pairs query) {
    auto const response = co_await fixture.post_form(authorize_target(query), {{"op", "approve"}});
    auto code = sandbox::form_value(redirect_query(response), "code");
    if (code.empty()) throw std::runtime_error("no code: " + std::to_string(response.status));
    co_return code;
}

pairs code_form(std::string_view code) {
    return {
        {"grant_type", "authorization_code"},
        {"client_id", fake_oauth_client_id},
        {"client_secret", fake_oauth_secret},
        {"code", std::string(code)},
        {"redirect_uri", callback},
        {"code_verifier", verifier},
    };
}

pairs refresh_form(std::string_view refresh_token) {
    return {
        {"grant_type", "refresh_token"},
        {"client_id", fake_oauth_client_id},
        {"client_secret", fake_oauth_secret},
        {"refresh_token", std::string(refresh_token)},
    };
}

oauth_tokens tokens_of(http::client_response const& response) {
    if (response.status != 200) throw std::runtime_error("no tokens: " + response.body);
    auto const body = parse(response.body);
    return {text_at(body, {"access_token"}), text_at(body, {"refresh_token"})};
}

async::task<oauth_tokens> connect_oauth(sandbox_fixture& fixture, pairs query) {
    auto const code = co_await approve(fixture, std::move(query));
    co_return tokens_of(co_await fixture.post_form("/oauth/token/", code_form(code)));
}

}  // namespace tocsin::test
