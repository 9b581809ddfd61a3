#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/api_token.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::identity {

/// A member's role in an organization; each includes the ones before it.
enum class role { viewer, responder, admin, owner };
std::string_view to_string(role r) noexcept;
std::optional<role> parse_role(std::string_view text) noexcept;

/// What a route asks for.
enum class permission {
    anyone,         ///< no credentials: health, callback, signing in
    authenticated,  ///< a person or token, whatever the organization
    view,           ///< viewer and up, of the organization in the path
    respond,        ///< responder and up
    administer,     ///< admin and up
    own,            ///< the owner
};
std::string_view to_string(permission p) noexcept;
bool allows(role has, permission wanted) noexcept;

/// Who acts: a person by session, or a token of one organization.
struct principal {
    std::optional<tocsin::user_id> user;  ///< nothing for an API token
    std::string email;                    ///< a token's is empty
    std::string name;          ///< the person's name or address, or the token's name: for timelines
    std::string session_hash;  ///< 32 bytes; empty for a token
    std::optional<organization_id> token_organization;  ///< a token speaks for one organization only
    std::optional<token_id> token = {};                 ///< nothing for a person
    std::string address = {};                           ///< of the client that asks
    std::string request_id = {};
};

/// Work on an organization's rows that the audit log ascribes to `who`.
db::tenant acting(organization_id on, principal const& who);
/// The same where no organization is meant: what a person does to the own account.
db::tenant acting(principal const& who);

/// The organization of a request's path, and what the principal may do in it.
struct membership {
    organization_id organization;
    std::string slug;
    std::string name;
    identity::role role = role::viewer;
};

}  // namespace tocsin::identity
