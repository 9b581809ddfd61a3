#pragma once

#include <cstddef>

/// openapi.json as the build embedded it (embed.cmake).
namespace tocsin::gateway::embedded {

extern unsigned char const openapi_json[];
extern std::size_t const openapi_json_size;

}  // namespace tocsin::gateway::embedded
