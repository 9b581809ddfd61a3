#pragma once

#include "rapid.hpp"

#include <tocsin/base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::json {

/// errc::invalid with the reason and its position ("Not valid JSON at byte 17: ...").
error refusal(std::size_t offset, std::string_view reason);
/// For a failed parse. `handler_reason` is the reason if the handler stopped it.
error refusal(rapidjson::ParseResult const& result, std::string_view handler_reason);
/// Refuses a text that is too long, or contains a NUL, where RapidJSON would stop.
std::optional<error> check_bytes(std::string_view text);

}  // namespace tocsin::json
