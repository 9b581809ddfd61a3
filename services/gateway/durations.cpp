#include "gateway/durations.hpp"

#include <tocsin/config/options.hpp>

namespace tocsin::gateway {

std::string duration_text(std::chrono::seconds length) {
    auto const seconds = length.count();
    if (seconds > 0 && seconds % 3600 == 0) return std::to_string(seconds / 3600) + "h";
    if (seconds > 0 && seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
    return std::to_string(seconds) + "s";
}

std::optional<std::chrono::seconds> duration::read(json::reader& in, std::string_view name) const {
    auto const given = in.optional_text(name, {1, 20});
    if (!given) return std::nullopt;
    auto const length = config::parse_duration(*given);
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(length.value_or(-min));
    if (!length || *length != whole || whole < min || whole > max) {
        in.reject(
            name,
            "must be a duration from " + duration_text(min) + " to " + duration_text(max) +
                ", such as 30s or 5m"
        );
        return std::nullopt;
    }
    return whole;
}

}  // namespace tocsin::gateway
