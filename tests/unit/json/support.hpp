#pragma once

#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace tocsin::json {

inline std::ostream& operator<<(std::ostream& out, kind value) {
    return out << static_cast<int>(value);
}

/// Writes a parsed value. The depth limit of the parser limits the recursion.
inline void write_value(writer& out, value source) {
    switch (source.kind()) {
        case kind::null:
            out.null();
            break;
        case kind::boolean:
            out.boolean(source.as_bool().value());
            break;
        case kind::number:
            out.raw(source.as_number_text().value());
            break;
        case kind::string:
            out.text(source.as_string().value());
            break;
        case kind::array:
            out.begin_array();
            for (std::size_t index = 0; index < source.size(); ++index)
                write_value(out, source.element(index));
            out.end_array();
            break;
        case kind::object:
            out.begin_object();
            for (std::size_t index = 0; index < source.size(); ++index) {
                out.name(source.key(index));
                write_value(out, source.element(index));
            }
            out.end_object();
            break;
    }
}

inline std::string serialize(document const& source) {
    writer out;
    write_value(out, source.root());
    return out.take();
}

/// `piece`, `count` times.
inline std::string repeat(std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t index = 0; index < count; ++index) text += piece;
    return text;
}

/// Ends the process if a parser converts numbers (RapidJSON 1.1).
constexpr std::string_view number_bomb = "0.00000000000000000001e-2147483639";

}  // namespace tocsin::json
