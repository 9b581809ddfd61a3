#pragma once

#include "rapid.hpp"

#include <tocsin/base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::json {

/// errc::invalid with what is wrong and where ("Not valid JSON at byte 17: ...").
error refusal(std::size_t offset, std::string_view why);
/// What RapidJSON found; `own_problem` is the handler's reason where the handler stopped the parse.
error refusal(rapidjson::ParseResult const& found, std::string_view own_problem);
/// What no parse may see: too many bytes, or a NUL, which RapidJSON takes for the end of the text.
std::optional<error> refused_bytes(std::string_view text);

}  // namespace tocsin::json
