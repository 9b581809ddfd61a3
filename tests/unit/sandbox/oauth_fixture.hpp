#pragma once

#include "sandbox_fixture.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Shared by the tests of the OAuth flow.
namespace tocsin::test {

using pairs = sandbox_fixture::headers;

/// The verifier and its challenge of RFC 7636, appendix B.
inline constexpr char const* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr char const* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// `base` with `changes`. An empty value removes the pair.
pairs changed(pairs base, pairs const& changes);

/// A valid authorize request with PKCE.
pairs authorize_request();
std::string authorize_target(pairs const& query);
/// The parameters of the redirect; empty if there is none.
std::vector<http::query_parameter> redirect_query(http::client_response const& response);

/// Approves on the consent page and returns the code.
async::task<std::string> approve(sandbox_fixture& fixture, pairs query = authorize_request());

/// A valid exchange of the code.
pairs code_form(std::string_view code);
pairs refresh_form(std::string_view refresh_token);

struct oauth_tokens {
    std::string token;
    std::string refresh_token;
};
/// From a 200.
oauth_tokens tokens_of(http::client_response const& response);
/// Authorizes and exchanges the code.
async::task<oauth_tokens> connect_oauth(sandbox_fixture& fixture, pairs query = authorize_request());

}  // namespace tocsin::test
