#pragma once

#include <tocsin/mail/message.hpp>
#include <tocsin/notify/channel.hpp>

#include <string>

namespace tocsin::notify {

/// One line: number, severity, title, service.
std::string headline(outgoing_page const& page);
/// The path of the page on which a person acknowledges by `link`.
std::string link_path(secret const& link);

/// The e-mail of a page. `public_url` has no slash at the end.
mail::message mail_of(outgoing_page const& page, std::string const& public_url);

}  // namespace tocsin::notify
