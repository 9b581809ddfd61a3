#pragma once

#include "framing.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin::http {

/// The bytes before the data of a chunk: the CR LF after the data of the previous chunk, the size in
/// hexadecimal digits, and CR LF. That of the last chunk (size 0) includes the final empty line.
struct chunk_line {
    std::uint64_t size = 0;  ///< of the data
    std::size_t length = 0;  ///< of this line, in bytes; 0: it is incomplete
};

enum class chunk_position { first, later };

/// The framing policy for chunked bodies: at most 16 digits, no extensions, no white space, no trailers.
/// Refuses bytes as soon as they cannot become a chunk line. Pure.
framing_result<chunk_line> parse_chunk_line(std::string_view bytes, chunk_position position) noexcept;

}  // namespace tocsin::http
