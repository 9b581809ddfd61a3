#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/sentry/failure.hpp>
#include <tocsin/sentry/issue.hpp>
#include <tocsin/sentry/types.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sentry {

// Decoders of Sentry's responses. Separate from the calls, so that tests and fuzzers can use them.

call_result<token_set> decode_token_set(std::string_view body, timestamp now);
/// Of the OAuth token endpoint: snake case, a relative lifetime, scopes in one text.
call_result<token_set> decode_oauth_token_set(std::string_view body, timestamp now);
call_result<installation> decode_installation(std::string_view body);
call_result<organization> decode_organization(std::string_view body);
call_result<std::vector<organization>> decode_organizations(std::string_view body);
call_result<std::vector<project>> decode_projects(std::string_view body);
/// The base URLs in the response of users/me/regions/, unchanged.
call_result<std::vector<std::string>> decode_regions(std::string_view body);
call_result<issue> decode_issue(std::string_view body);
call_result<std::vector<issue>> decode_issues(std::string_view body);
call_result<stored_event> decode_event(std::string_view body);
call_result<release> decode_release(std::string_view body);
call_result<std::vector<release>> decode_releases(std::string_view body);
/// The cursor of the next page in a Link header; none on the last page.
std::optional<std::string> next_cursor(std::string_view link_header);
/// The failure that a response means. None for a success, unless its body is a web page: Sentry's API sends
/// none. What it shows of the response does not contain `sent`, the secrets of the request: servers repeat
/// values that they refuse.
std::optional<call_failure> failure_in(
    http::client_response const& response, timestamp now, std::span<secret const> sent = {}
);

}  // namespace tocsin::sentry
