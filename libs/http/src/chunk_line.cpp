#include "chunk_line.hpp"

#include <tocsin/base/encoding.hpp>

namespace tocsin::http {
namespace {

constexpr refusal bad_chunk{400, "chunk", "A chunk of the body is malformed."};
constexpr refusal chunk_extension{400, "chunk_extension", "Chunk extensions are not accepted."};
constexpr refusal trailer{400, "trailers", "Trailers are not accepted."};

constexpr std::size_t max_digits = 16;  // of 64 bits
constexpr std::string_view line_end = "\r\n";

enum class progress { complete, incomplete, wrong };

/// Removes CR LF from `rest`.
progress take_line_end(std::string_view& rest) noexcept {
    auto const begin = rest.substr(0, line_end.size());
    if (!line_end.starts_with(begin)) return progress::wrong;
    if (begin.size() < line_end.size()) return progress::incomplete;
    rest.remove_prefix(line_end.size());
    return progress::complete;
}

}  // namespace

framing_result<chunk_line> parse_chunk_line(std::string_view bytes, chunk_position position) noexcept {
    auto rest = bytes;
    if (position == chunk_position::later) {
        auto const end = take_line_end(rest);
        if (end == progress::wrong) return bad_chunk;
        if (end == progress::incomplete) return chunk_line{};
    }
    chunk_line line;
    std::size_t digits = 0;
    for (; digits < rest.size() && hex_value(rest[digits]) >= 0; ++digits) {
        if (digits == max_digits) return bad_chunk;
        line.size = line.size * 16 + static_cast<unsigned>(hex_value(rest[digits]));
    }
    rest.remove_prefix(digits);
    if (rest.empty()) return chunk_line{};
    if (digits == 0) return bad_chunk;
    auto end = take_line_end(rest);
    if (end == progress::wrong) return rest.front() == ';' ? chunk_extension : bad_chunk;
    if (end == progress::complete && line.size == 0) {
        end = take_line_end(rest);
        if (end == progress::wrong) return trailer;
    }
    if (end == progress::incomplete) return chunk_line{};
    line.length = bytes.size() - rest.size();
    return line;
}

}  // namespace tocsin::http
