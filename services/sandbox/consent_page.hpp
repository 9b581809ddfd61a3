#pragma once

#include <tocsin/http/message.hpp>

#include <string>
#include <vector>

/// What the pages have in common on which a person gives consent.
namespace tocsin::sandbox {

/// A whole page around `content`, which is HTML; `title` is text.
std::string consent_frame(std::string const& title, std::string const& content);

/// List items: levels of access by resource, as the real page groups them: "Read: Organization, Project".
std::string permission_items(std::vector<std::string> const& scopes);

/// A page that ends it here. Both are text.
http::response closing_page(std::string const& title, std::string const& text);

/// 302 to a URL of the app's.
http::response redirected(std::string const& url);

}  // namespace tocsin::sandbox
