#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/api_token.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::identity {

/// A member's role in an organization. Each includes the rights of the ones before it. Adding one also takes
/// its permissions (permissions.cpp), its SQL check, and its label in the console.
enum class role { viewer, responder, admin, owner };
inline constexpr enum_names<role, 4> role_names{
    {{role::viewer, "viewer"}, {role::responder, "responder"}, {role::admin, "admin"}, {role::owner, "owner"}}
};
std::string_view to_string(role r) noexcept;
std::optional<role> parse_role(std::string_view text) noexcept;

/// True for the roles that a member, an invitation, or a token can be given. The owner's can only be
/// transferred.
bool is_assignable(role r) noexcept;
std::vector<std::string> assignable_role_names();

/// What a route requires.
enum class permission {
    anyone,         ///< no credentials: health, callback, signing in
    authenticated,  ///< a person or token of any organization
    view,           ///< viewer and up, of the organization in the path
    respond,        ///< responder and up
    administer,     ///< admin and up
    own,            ///< the owner
};
std::string_view to_string(permission p) noexcept;
bool allows(role has, permission wanted) noexcept;

/// Who makes a request: a person in a session, or a token of one organization.
struct principal {
    std::optional<tocsin::user_id> user;  ///< nothing for an API token
    std::string email;                    ///< empty for a token
    std::string name;          ///< the person's name or address, or the token's name: for timelines
    std::string session_hash;  ///< 32 bytes; empty for a token
    std::optional<organization_id> token_organization;  ///< of the token
    std::optional<token_id> token = {};                 ///< nothing for a person
    std::string address = {};                           ///< of the client
    std::string request_id = {};
};

/// For work on an organization's rows that the audit log ascribes to `actor`.
db::tenant tenant_of(organization_id organization, principal const& actor);
/// For work without an organization: changes of a person's own account.
db::tenant tenant_of(principal const& actor);

/// The organization of a request's path, and the principal's role in it.
struct membership {
    organization_id organization;
    std::string slug;
    std::string name;
    identity::role role = role::viewer;
};

}  // namespace tocsin::identity
