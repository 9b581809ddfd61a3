#pragma once

#include <tocsin/grants/call_rules.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::grants {

/// The part of Sentry's response that a grant includes: the own organization, and the grant's projects. What
/// cannot be proved to belong to them is left out; bytes that remain are unchanged. Nothing if the response
/// is one thing that the grant does not include, or is not of this kind.
std::optional<std::string> restrict_answer(answer_kind kind, std::string body, sentry_scope const& scope);

/// Whether a body is a complete JSON object or array.
bool is_json(std::string_view body);

/// The `Link` header of a list, with `url` in place of Sentry's own URL.
std::string link_of(std::string_view sentry_link, std::string_view url);

}  // namespace tocsin::grants
