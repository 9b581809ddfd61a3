#include <tocsin/sentry/responses.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// A token must be valid in a header.
void check_token(secret const& token) {
    require(!token.empty());
    for (char const c : token.reveal()) require(c > 0x20 && c < 0x7F);
}

void check(sentry::call_result<sentry::token_set> const& tokens, timestamp now) {
    if (!tokens) return;
    check_token(tokens->access_token);
    if (tokens->refresh_token) check_token(*tokens->refresh_token);
    if (tokens->expires_at) require(*tokens->expires_at > now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const body(reinterpret_cast<char const*>(data), size);
    timestamp const now{std::chrono::hours(500'000)};
    check(sentry::decode_token_set(body, now), now);
    check(sentry::decode_oauth_token_set(body, now), now);
    if (auto const installation = sentry::decode_installation(body))
        require(!installation->organization.slug.empty());
    if (auto const organization = sentry::decode_organization(body)) require(!organization->id.empty());
    (void)sentry::decode_organizations(body);
    if (auto const projects = sentry::decode_projects(body))
        for (auto const& project : *projects) require(!project.id.empty() && !project.slug.empty());
    (void)sentry::decode_regions(body);
    (void)sentry::decode_issue(body);
    (void)sentry::decode_issues(body);
    (void)sentry::decode_event(body);
    (void)sentry::decode_release(body);
    (void)sentry::decode_releases(body);
    if (auto const cursor = sentry::next_cursor(body)) require(!cursor->empty() && cursor->size() <= 200);
    return 0;
}
