#pragma once

#include "gateway/input.hpp"

#include <tocsin/json/reader.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::gateway {

/// As the API writes durations: in the largest unit in which it is whole, such as `90s`, `5m`, or `8h`.
std::string duration_text(std::chrono::seconds length);

/// The format of a body field: a text such as `30s` or `5m`, of whole seconds within the limits.
struct duration {
    std::chrono::seconds min;
    std::chrono::seconds max;

    std::optional<std::chrono::seconds> read(json::reader& in, std::string_view name) const;
    void describe(input_field&) const noexcept {}
};

}  // namespace tocsin::gateway
