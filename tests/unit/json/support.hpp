#pragma once

#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace tocsin::json {

inline std::ostream& operator<<(std::ostream& out, kind what) {
    return out << static_cast<int>(what);
}

/// Writes a value again. Recursion is bounded by the depth that a parse allows.
inline void write_again(writer& out, value from) {
    switch (from.kind()) {
        case kind::null:
            out.null();
            break;
        case kind::boolean:
            out.boolean(from.as_bool().value());
            break;
        case kind::number:
            out.raw(from.as_number_text().value());
            break;
        case kind::string:
            out.text(from.as_string().value());
            break;
        case kind::array:
            out.begin_array();
            for (std::size_t index = 0; index < from.size(); ++index) write_again(out, from.element(index));
            out.end_array();
            break;
        case kind::object:
            out.begin_object();
            for (std::size_t index = 0; index < from.size(); ++index) {
                out.name(from.key(index));
                write_again(out, from.element(index));
            }
            out.end_object();
            break;
    }
}

inline std::string written(document const& from) {
    writer out;
    write_again(out, from.root());
    return out.take();
}

/// `count` times the same piece.
inline std::string repeat(std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t index = 0; index < count; ++index) text += piece;
    return text;
}

/// Ends the process of a parse that converts numbers (RapidJSON 1.1).
constexpr std::string_view number_bomb = "0.00000000000000000001e-2147483639";

}  // namespace tocsin::json
