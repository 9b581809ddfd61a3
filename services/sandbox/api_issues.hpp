#pragma once

#include "access.hpp"

#include <tocsin/json/writer.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

/// What the routes of issues and of their events share.
namespace tocsin::sandbox {

inline constexpr std::initializer_list<std::string_view> may_read_events{
    "event:read", "event:write", "event:admin"
};

/// Of a legacy path without the organization, or of one with it.
access authenticate_for_issue(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
);
/// The issue of the path, by id or short id: of an organization that the token sees. A merged issue's id
/// finds the surviving one.
issue* find_issue(core& shared, access const& who, http::request const& about);

/// A member that is a release's short form, or null where `version` is empty.
void write_release(json::writer& out, std::string_view name, std::string const& version, timestamp created);

}  // namespace tocsin::sandbox
