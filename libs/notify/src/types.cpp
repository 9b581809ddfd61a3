#include <tocsin/notify/types.hpp>

namespace tocsin::notify {

std::string_view to_string(method_kind k) noexcept {
    return name_of(method_kind_names, k);
}
std::optional<method_kind> parse_method_kind(std::string_view text) noexcept {
    return value_of(method_kind_names, text);
}
std::string_view to_string(page_state s) noexcept {
    return name_of(page_state_names, s);
}
std::optional<page_state> parse_page_state(std::string_view text) noexcept {
    return value_of(page_state_names, text);
}
std::string_view to_string(attempt_outcome o) noexcept {
    return name_of(attempt_outcome_names, o);
}

}  // namespace tocsin::notify
