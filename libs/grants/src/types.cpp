#include <tocsin/grants/types.hpp>

namespace tocsin::grants {

std::string_view to_string(approval a) noexcept {
    return name_of(approval_names, a);
}
std::optional<approval> parse_approval(std::string_view text) noexcept {
    return value_of(approval_names, text);
}

std::string_view to_string(call_result r) noexcept {
    return name_of(call_result_names, r);
}
std::optional<call_result> parse_call_result(std::string_view text) noexcept {
    return value_of(call_result_names, text);
}

}  // namespace tocsin::grants
