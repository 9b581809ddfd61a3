#include "oauth_lab.hpp"

#include <algorithm>
#include <sandbox/url.hpp>
#include <stdexcept>

namespace tocsin::test {

pairs changed(pairs base, pairs const& with) {
    for (auto const& [name, value] : with) {
        std::erase_if(base, [&](auto const& each) { return each.first == name; });
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

std::vector<http::query_parameter> redirect_query(http::answer const& got) {
    auto const url = std::string(got.headers.find("Location").value_or(""));
    auto const question = url.find('?');
    if (question == std::string::npos) return {};
    return sandbox::form_decoded(std::string_view(url).substr(question + 1));
}

async::task<std::string> approved_code(lab& here, pairs query) {
    auto const got = co_await here.post_form(authorize_target(query), {{"op", "approve"}});
    auto code = sandbox::form_value(redirect_query(got), "code");
    if (code.empty()) throw std::runtime_error("no code: " + std::to_string(got.status));
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

oauth_pair pair_of(http::answer const& got) {
    if (got.status != 200) throw std::runtime_error("no tokens: " + got.body);
    auto const body = parsed(got.body);
    return {at(body, {"access_token"}), at(body, {"refresh_token"})};
}

async::task<oauth_pair> oauth_connected(lab& here, pairs query) {
    auto const code = co_await approved_code(here, std::move(query));
    co_return pair_of(co_await here.post_form("/oauth/token/", code_form(code)));
}

}  // namespace tocsin::test
