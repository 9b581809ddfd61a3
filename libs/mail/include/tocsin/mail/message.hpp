#pragma once

#include <tocsin/base/time.hpp>

#include <string>
#include <string_view>

namespace tocsin::mail {

/// A plain text message to one person.
struct message {
    std::string to;       ///< an address that `is_mailable`
    std::string subject;  ///< UTF-8; control characters become spaces
    std::string text;     ///< UTF-8, lines end with "\n"
    /// Printable ASCII without spaces; messages with the same one form a thread. Empty: none.
    std::string thread = {};
};

/// True for an address that needs no escaping in a header or an SMTP command: printable ASCII without
/// spaces, quotes, brackets, commas, colons, and semicolons, with one `@` inside.
bool is_mailable(std::string_view address) noexcept;

/// The message on the wire (RFC 5322), with CR LF. The Message-ID is `id` and the domain of `from`.
/// Throws std::invalid_argument if an address is not mailable.
std::string render(message const& what, std::string_view from, timestamp at, std::string_view id);

}  // namespace tocsin::mail
