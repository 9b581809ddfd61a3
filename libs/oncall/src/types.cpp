#include <tocsin/oncall/types.hpp>

namespace tocsin::oncall {

std::string_view to_string(urgency u) noexcept {
    return name_of(urgency_names, u);
}
std::optional<urgency> parse_urgency(std::string_view text) noexcept {
    return value_of(urgency_names, text);
}
std::string_view to_string(target_kind k) noexcept {
    return name_of(target_kind_names, k);
}
std::optional<target_kind> parse_target_kind(std::string_view text) noexcept {
    return value_of(target_kind_names, text);
}
std::string_view to_string(target_urgency u) noexcept {
    return name_of(target_urgency_names, u);
}
std::optional<target_urgency> parse_target_urgency(std::string_view text) noexcept {
    return value_of(target_urgency_names, text);
}
std::string_view to_string(alarm_state s) noexcept {
    return name_of(alarm_state_names, s);
}
std::optional<alarm_state> parse_alarm_state(std::string_view text) noexcept {
    return value_of(alarm_state_names, text);
}

}  // namespace tocsin::oncall
