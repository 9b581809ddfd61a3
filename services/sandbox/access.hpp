#pragma once

#include "core.hpp"

#include <initializer_list>
#include <optional>
#include <string_view>

namespace tocsin::sandbox {

/// The installation whose bearer token a request carries, or the answer that refuses it. The pointers are
/// good until something is installed or removed.
struct access {
    installation* by = nullptr;
    application* app = nullptr;
    organization* org = nullptr;
    std::optional<http::response> refusal;
};

/// `any_of`: one of these scopes is enough; empty: none is needed.
access authenticate(core& shared, http::request const& about, std::initializer_list<std::string_view> any_of);

/// As `authenticate`, for a route with `{organization}`, which must be the token's own.
access authenticate_in_organization(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
);

}  // namespace tocsin::sandbox
