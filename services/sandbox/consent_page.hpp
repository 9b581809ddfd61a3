#pragma once

#include <tocsin/http/message.hpp>

#include <string>
#include <vector>

/// Shared by the pages on which a person gives consent.
namespace tocsin::sandbox {

/// A complete page. `content` is HTML, `title` is text.
std::string consent_frame(std::string const& title, std::string const& content);

/// List items of the scopes, grouped by level as on Sentry's page: "Read access to Organization, Project".
std::string permission_items(std::vector<std::string> const& scopes);

/// A page after which there is nothing to do. Both parameters are text.
http::response closing_page(std::string const& title, std::string const& text);

/// A 302 to a URL of the app.
http::response redirect(std::string const& url);

}  // namespace tocsin::sandbox
