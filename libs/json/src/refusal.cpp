#include "refusal.hpp"

#include "tree.hpp"

namespace tocsin::json {

error refusal(std::size_t offset, std::string_view why) {
    return {
        .code = errc::invalid,
        .detail = "Not valid JSON at byte " + std::to_string(offset) + ": " + std::string(why)
    };
}

error refusal(rapidjson::ParseResult const& found, std::string_view own_problem) {
    bool const ours = found.Code() == rapidjson::kParseErrorTermination;
    return refusal(found.Offset(), ours ? own_problem : rapidjson::GetParseError_En(found.Code()));
}

std::optional<error> refused_bytes(std::string_view text) {
    if (text.size() > detail::largest_text) return refusal(detail::largest_text, "The text is too long.");
    auto const nul = text.find('\0');
    if (nul != std::string_view::npos) return refusal(nul, "A NUL byte stands in the text.");
    return std::nullopt;
}

}  // namespace tocsin::json
