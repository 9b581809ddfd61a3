#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/config/address.hpp>
#include <tocsin/crypto/vault.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::program {

/// States in which the program does not start, unless TOCSIN_ALLOW_UNSAFE names them.
enum class unsafe_state {
    database_durability,  ///< PostgreSQL may lose what it has committed
    database_tls,         ///< the connection to a remote database may be in the clear
    sentry_http,          ///< tokens go to Sentry in the clear
    vault_key,            ///< a vault key that is not random
    client_secret,        ///< a client secret that can be guessed
};
inline constexpr enum_names<unsafe_state, 5> unsafe_state_names{{
    {unsafe_state::database_durability, "database_durability"},
    {unsafe_state::database_tls, "database_tls"},
    {unsafe_state::sentry_http, "sentry_http"},
    {unsafe_state::vault_key, "vault_key"},
    {unsafe_state::client_secret, "client_secret"},
}};

/// The states that the operator allows.
class allowed_states {
public:
    std::vector<unsafe_state> all;

    bool contain(unsafe_state state) const noexcept;
    /// `problem`, with how to allow it; nothing if the state is allowed.
    std::optional<std::string> refuse(unsafe_state state, std::optional<std::string> problem) const;
};

/// What is wrong with a value, without the value; nothing if it is safe.
std::optional<std::string> database_url_problem(secret const& url);
std::optional<std::string> sentry_url_problem(config::base_url const& url);
std::optional<std::string> vault_key_problem(std::vector<crypto::vault_key> const& keys);
std::optional<std::string> client_secret_problem(secret const& value);

}  // namespace tocsin::program
