#pragma once

#include <cstddef>
#include <string_view>

/// Files that the build embedded (embed.cmake).
namespace tocsin::gateway::embedded {

extern unsigned char const openapi_json[];
extern std::size_t const openapi_json_size;
extern unsigned char const sentry_app_schema_json[];
extern std::size_t const sentry_app_schema_json_size;

inline std::string_view text_of(unsigned char const* bytes, std::size_t size) noexcept {
    return {reinterpret_cast<char const*>(bytes), size};
}

}  // namespace tocsin::gateway::embedded
