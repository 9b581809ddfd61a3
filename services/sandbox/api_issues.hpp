#pragma once

#include "authentication.hpp"

#include <tocsin/json/writer.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

/// Shared by the routes of issues and of their events.
namespace tocsin::sandbox {

inline constexpr std::initializer_list<std::string_view> event_read_scopes{
    "event:read", "event:write", "event:admin"
};

/// For a path with the organization, or a legacy path without it.
api_caller authenticate_for_issue(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
);
/// The issue of the path, by id or short id, if the caller has access to its organization. The id of a merged
/// issue finds the issue that it was merged into.
issue* find_issue(sandbox_context& context, api_caller const& caller, http::request const& request);

/// A member with the short form of a release, or null if `version` is empty.
void write_release(json::writer& out, std::string_view name, std::string const& version, timestamp created);

}  // namespace tocsin::sandbox
