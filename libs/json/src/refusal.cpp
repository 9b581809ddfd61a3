#include "refusal.hpp"

#include "tree.hpp"

namespace tocsin::json {

error refusal(std::size_t offset, std::string_view reason) {
    return {
        .code = errc::invalid,
        .detail = "Not valid JSON at byte " + std::to_string(offset) + ": " + std::string(reason)
    };
}

error refusal(rapidjson::ParseResult const& result, std::string_view handler_reason) {
    bool const by_handler = result.Code() == rapidjson::kParseErrorTermination;
    return refusal(result.Offset(), by_handler ? handler_reason : rapidjson::GetParseError_En(result.Code()));
}

std::optional<error> check_bytes(std::string_view text) {
    if (text.size() > detail::max_text) return refusal(detail::max_text, "The text is too long.");
    auto const nul = text.find('\0');
    if (nul != std::string_view::npos) return refusal(nul, "The text contains a NUL byte.");
    return std::nullopt;
}

}  // namespace tocsin::json
