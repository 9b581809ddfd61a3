#pragma once

#include "core.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// Whose bearer token a request carries, an installation's or a user's, or the answer that refuses it. The
/// pointers are good until something is installed or removed.
struct access {
    installation* by = nullptr;   ///< nothing for a user
    application* app = nullptr;   ///< nothing for a user
    organization* org = nullptr;  ///< of the installation or of the path; nothing for a user elsewhere
    std::vector<organization*> sees;
    std::vector<std::string> scopes;
    std::optional<http::response> refusal;

    bool may_see(std::string_view organization_id) const;
    /// Who webhooks say it was.
    payloads::actor actor() const { return by ? payloads::actor::application : payloads::actor::user; }
};

/// `any_of`: one of these scopes is enough; empty: none is needed.
access authenticate(core& shared, http::request const& about, std::initializer_list<std::string_view> any_of);

/// As `authenticate`, for a route with `{organization}`, which the token must see.
access authenticate_in_organization(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
);

}  // namespace tocsin::sandbox
