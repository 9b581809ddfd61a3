#pragma once

#include "context.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// The owner of a request's bearer token, an installation or a user, or the response that refuses the token.
/// The pointers are valid until an installation is added or removed.
struct api_caller {
    sandbox::installation* installation = nullptr;  ///< null for a user
    application* app = nullptr;                     ///< null for a user
    organization* org = nullptr;  ///< of the installation or the path; null for a user elsewhere
    std::vector<organization*> organizations;
    std::vector<std::string> scopes;
    std::optional<http::response> refusal;

    bool can_access(std::string_view organization_id) const;
    /// For the webhooks of a change.
    payloads::actor actor() const {
        return installation ? payloads::actor::application : payloads::actor::user;
    }
};

/// `any_of`: the token needs one of these scopes; empty: it needs none.
api_caller authenticate(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
);

/// As `authenticate`, for a route with `{organization}`, which the token must have access to.
api_caller authenticate_in_organization(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
);

}  // namespace tocsin::sandbox
