#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/identity/principal.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::identity {

/// The role of an API token: one of a member's, or deployer.
enum class token_role {
    deployer,  ///< may do what the token's scopes say, and nothing else
    viewer,
    responder,
    admin,
};
inline constexpr enum_names<token_role, 4> token_role_names{{
    {token_role::deployer, "deployer"},
    {token_role::viewer, "viewer"},
    {token_role::responder, "responder"},
    {token_role::admin, "admin"},
}};
std::string_view to_string(token_role r) noexcept;
std::optional<token_role> parse_token_role(std::string_view text) noexcept;

/// The member's role with the same rights. A deployer has those of a viewer where a scope lets it in.
role rights_of(token_role r) noexcept;

/// What a deployer may do: the routes of the scope.
enum class token_scope {
    call_grants,     ///< calls through the grants that the token holds
    read_incidents,  ///< incidents and their timelines
    read_services,
};
inline constexpr enum_names<token_scope, 3> token_scope_names{{
    {token_scope::call_grants, "grants:call"},
    {token_scope::read_incidents, "incidents:read"},
    {token_scope::read_services, "services:read"},
}};
std::string_view to_string(token_scope s) noexcept;
std::optional<token_scope> parse_token_scope(std::string_view text) noexcept;

/// errc::invalid unless exactly the deployers have scopes, all of them known and given once.
result<std::vector<token_scope>> scopes_of(token_role role, std::vector<std::string> const& texts);

}  // namespace tocsin::identity
