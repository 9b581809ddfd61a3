#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tocsin::identity {

/// Whether an address was new to the deployment.
enum class account_kind { made, existing };

struct new_member {
    std::string email;
    std::string name;  ///< may be empty
    std::string organization_slug;
    identity::role role = role::viewer;
    secret password;  ///< ignored where the address has an account already
};

struct made_organization {
    organization_id id;
    std::optional<secret> owner_invitation;  ///< the token of the link, where the owner has no account yet
};

/// How long a link to a new password works.
inline constexpr std::chrono::hours password_reset_life{1};

/// What operators do from the command line. Every input is checked here; errc::invalid, not_found and
/// conflict carry a sentence for the operator. The pool's role is tocsin_operator; pool and worker outlive
/// this object.
class admin {
public:
    admin(db::pool& operators, password_worker& hashing, clock const& time = system_clock());

    /// `owner_email`: the account that becomes the owner; where the address has none, it is invited to be.
    async::task<result<made_organization>> create_organization(
        std::string slug, std::string name, std::optional<std::string> owner_email
    );
    /// The token of a link that sets a new password, for an hour; those made before do not work any more.
    /// errc::not_found.
    async::task<result<secret>> make_password_reset(std::string email);
    /// Adds a member, making the account where the address has none. An organization has exactly one owner as
    /// soon as it has members: the first must be the owner, a second owner is refused.
    async::task<result<account_kind>> add_member(new_member who);
    /// The token itself: it cannot be read again.
    async::task<result<secret>> create_token(
        std::string organization_slug, identity::role role, std::string name
    );

private:
    db::pool& operators_;
    password_worker& hashing_;
    clock const& clock_;
};

/// For commands about an organization: not_found says so. The pool's role is tocsin_operator.
async::task<result<organization_id>> find_organization_by_slug(db::pool& operators, std::string slug);

/// True for what the program takes as an e-mail address: one `@` with something on either side, 3 to 254
/// bytes, no spaces or controls. Whether mail arrives there is not its business.
bool is_email(std::string_view text) noexcept;

}  // namespace tocsin::identity
