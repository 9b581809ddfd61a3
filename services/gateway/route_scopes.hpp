#pragma once

#include <tocsin/http/message.hpp>
#include <tocsin/identity/token_scope.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace tocsin::gateway {

struct scoped_route {
    http::method method;
    std::string_view pattern;  ///< of the endpoint
    identity::token_scope scope;
};

/// The routes that let API tokens of the role deployer in. All others refuse them.
std::span<scoped_route const> scoped_routes() noexcept;

std::optional<identity::token_scope> scope_of(http::method method, std::string_view pattern) noexcept;

}  // namespace tocsin::gateway
