#include <tocsin/incidents/types.hpp>

namespace tocsin::incidents {

std::string_view to_string(outcome o) noexcept {
    return name_of(outcome_names, o);
}
std::string_view to_string(status s) noexcept {
    return name_of(status_names, s);
}
std::string_view to_string(severity s) noexcept {
    return name_of(severity_names, s);
}
std::string_view to_string(resolution r) noexcept {
    return name_of(resolution_names, r);
}
std::string_view to_string(source_kind k) noexcept {
    return name_of(source_names, k);
}
std::string_view to_string(actor_kind k) noexcept {
    return name_of(actor_names, k);
}
std::string_view to_string(entry_kind k) noexcept {
    return name_of(entry_names, k);
}
std::optional<outcome> parse_outcome(std::string_view text) noexcept {
    return value_of(outcome_names, text);
}
std::optional<status> parse_status(std::string_view text) noexcept {
    return value_of(status_names, text);
}
std::optional<severity> parse_severity(std::string_view text) noexcept {
    return value_of(severity_names, text);
}
std::optional<resolution> parse_resolution(std::string_view text) noexcept {
    return value_of(resolution_names, text);
}

}  // namespace tocsin::incidents
