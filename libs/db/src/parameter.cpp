#include <tocsin/db/errors.hpp>
#include <tocsin/db/parameter.hpp>

namespace tocsin::db {

namespace {

void append_quoted(std::string& out, std::string_view item) {
    out += '"';
    for (char const c : item) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

}  // namespace

parameter to_parameter(std::string_view value) {
    // libpqxx passes texts to libpq as C strings: the text after a NUL would be lost.
    if (value.find('\0') != std::string_view::npos) throw bad_value("a text parameter holds a NUL byte");
    return {.text = std::string(value), .bytes = {}};
}

parameter to_parameter(std::int64_t value) {
    return {.text = std::to_string(value), .bytes = {}};
}

parameter to_parameter(bool value) {
    return {.text = value ? "t" : "f", .bytes = {}};
}

parameter to_parameter(uuid const& value) {
    return {.text = value.str(), .bytes = {}};
}

parameter to_parameter(timestamp value) {
    return {.text = to_rfc3339(value), .bytes = {}};
}

parameter to_parameter(byte_view value) {
    return {.text = {}, .bytes = value};
}

parameter to_parameter(std::vector<std::string> const& values) {
    std::string literal = "{";
    for (auto const& value : values) {
        if (literal.size() > 1) literal += ',';
        append_quoted(literal, value);
    }
    return to_parameter(literal + "}");
}

parameter to_parameter(std::vector<std::int64_t> const& values) {
    std::string literal = "{";
    for (auto const value : values) {
        if (literal.size() > 1) literal += ',';
        literal += std::to_string(value);
    }
    return to_parameter(literal + "}");
}

}  // namespace tocsin::db
