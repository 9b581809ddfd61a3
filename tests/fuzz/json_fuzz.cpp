#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// Asks a value everything there is to ask, and writes it again.
void write_again(json::writer& out, json::value from) {
    auto const real = from.as_double();
    require(!real || std::isfinite(*real));
    require(!from.as_int64() || from.as_number_text());
    require(
        from.as_id_text().has_value() ==
        (from.kind() == json::kind::number || from.kind() == json::kind::string)
    );
    switch (from.kind()) {
        case json::kind::null:
            out.null();
            break;
        case json::kind::boolean:
            out.boolean(from.as_bool().value());
            break;
        case json::kind::number:
            out.raw(from.as_number_text().value());
            break;
        case json::kind::string:
            require(is_utf8(from.as_string().value()));
            out.text(from.as_string().value());
            break;
        case json::kind::array:
            out.begin_array();
            for (std::size_t index = 0; index < from.size(); ++index) write_again(out, from.element(index));
            out.end_array();
            break;
        case json::kind::object:
            out.begin_object();
            for (std::size_t index = 0; index < from.size(); ++index) {
                auto const key = from.key(index);
                require(is_utf8(key) && from.find(key).has_value());
                out.name(key);
                write_again(out, from.element(index));
            }
            out.end_object();
            break;
    }
}

std::string written(json::document const& from) {
    json::writer out;
    write_again(out, from.root());
    return out.take();
}

/// What was accepted is accepted again when it is written, and means the same.
std::string check_round_trip(json::document const& from) {
    auto text = written(from);
    auto const again = json::parse(text, json::root::object_or_array);
    require(again.has_value());
    require(written(*again) == text);
    return text;
}

void read_as_request(json::value root) {
    json::reader in(root);
    in.required_text("a", {1, 4});
    in.optional_int("b", -10, 10);
    in.optional_time("c");
    in.optional_texts("d", 3, {0, 8});
    in.optional_word("e", {"x", "y"});
    in.optional_bool("f");
    if (auto const bad = in.problems()) require(is_utf8(bad->detail) && !bad->fields.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    json::limits const small{
        .depth = 4, .nodes = 40, .members = 6, .key_bytes = 8, .string_bytes = 16, .number_chars = 10
    };

    auto const strict = json::parse(text, json::root::object_or_array);
    auto const lenient = json::parse_lenient(text, {"**"});
    if (strict) {
        auto const again = check_round_trip(*strict);
        read_as_request(strict->root());
        bool const is_object = strict->root().kind() == json::kind::object;
        require(lenient.has_value() == is_object);
        if (is_object && !lenient->cut()) require(written(*lenient) == again);
    }
    if (lenient) check_round_trip(*lenient);
    if (auto const bounded = json::parse_lenient(text, {"**"}, small)) {
        require(json::parse(written(*bounded), json::root::object, small).has_value());
    }
    if (auto const part = json::parse_lenient(text, {"a/*/b", "a/c/**", "*/d", "e"})) check_round_trip(*part);
    return 0;
}
