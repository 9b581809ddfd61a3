#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/api_tokens.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tocsin::identity {

/// Whether adding a member created an account.
enum class account_kind { created, existing };

struct new_member {
    std::string email;
    std::string name;  ///< may be empty
    std::string organization_slug;
    identity::role role = role::viewer;
    secret password;  ///< ignored if the address has an account
};

struct created_organization {
    organization_id id;
    std::optional<secret> owner_invitation;  ///< the token of the link, if the owner has no account yet
};

/// How long a link to reset a password works.
inline constexpr std::chrono::minutes password_reset_life{20};

/// The operator's commands. Every input is checked here; errc::invalid, not_found, and conflict carry a
/// sentence for the operator. The pool's role is tocsin_operator; pool and worker outlive this object.
class admin {
public:
    admin(db::pool& operators, password_worker& hashing, clock const& time = system_clock());

    /// The account of `owner_email` becomes the owner; an address without an account is invited.
    async::task<result<created_organization>> create_organization(
        std::string slug, std::string name, std::optional<std::string> owner_email
    );
    /// The token of a link to set a new password, valid for an hour. Earlier links stop working.
    /// errc::not_found.
    async::task<result<secret>> create_password_reset(std::string email);
    /// Adds a member, and creates the account if the address has none. An organization with members has
    /// exactly one owner: the first member must be the owner, and a second owner is refused.
    async::task<result<account_kind>> add_member(new_member added);
    /// The token itself, which cannot be read again. errc::invalid as in api_tokens::create.
    async::task<result<secret>> create_token(std::string organization_slug, new_token wanted);

private:
    db::pool& operators_;
    password_worker& hashing_;
    clock const& clock_;
};

/// For commands about an organization; errc::not_found. The pool's role is tocsin_operator.
async::task<result<organization_id>> find_organization_by_slug(db::pool& operators, std::string slug);

/// True for what the program accepts as an e-mail address: one `@` with text on either side, 3 to 254 bytes,
/// no spaces and no control characters. It does not check whether the address receives mail.
bool is_email(std::string_view text) noexcept;

}  // namespace tocsin::identity
