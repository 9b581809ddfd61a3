#pragma once

#include "lab.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the tests of the OAuth flow have in common.
namespace tocsin::test {

using pairs = lab::headers;

/// The verifier and its challenge of RFC 7636, appendix B.
inline constexpr char const* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr char const* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// `with` replaces members of that name, an empty value leaves it out; others are added.
pairs changed(pairs base, pairs const& with);

/// A good authorize request with PKCE.
pairs authorize_request();
std::string authorize_target(pairs const& query);
/// The parameters of the redirect; empty where there is none.
std::vector<http::query_parameter> redirect_query(http::answer const& got);

/// Approves on the consent page and answers with the code.
async::task<std::string> approved_code(lab& here, pairs query = authorize_request());

/// A good exchange of that code.
pairs code_form(std::string_view code);
pairs refresh_form(std::string_view refresh_token);

struct oauth_pair {
    std::string token;
    std::string refresh_token;
};
/// Of a 200 answer.
oauth_pair pair_of(http::answer const& got);
/// All the way to the tokens.
async::task<oauth_pair> oauth_connected(lab& here, pairs query = authorize_request());

}  // namespace tocsin::test
