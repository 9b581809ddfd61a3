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

/// Reads a value in every way, and writes it again.
void write_again(json::writer& out, json::value value) {
    auto const real = value.as_double();
    require(!real || std::isfinite(*real));
    require(!value.as_int64() || value.as_number_text());
    require(
        value.as_id_text().has_value() ==
        (value.kind() == json::kind::number || value.kind() == json::kind::string)
    );
    switch (value.kind()) {
        case json::kind::null:
            out.null();
            break;
        case json::kind::boolean:
            out.boolean(value.as_bool().value());
            break;
        case json::kind::number:
            out.raw(value.as_number_text().value());
            break;
        case json::kind::string:
            require(is_utf8(value.as_string().value()));
            out.text(value.as_string().value());
            break;
        case json::kind::array:
            out.begin_array();
            for (std::size_t index = 0; index < value.size(); ++index) write_again(out, value.element(index));
            out.end_array();
            break;
        case json::kind::object:
            out.begin_object();
            for (std::size_t index = 0; index < value.size(); ++index) {
                auto const key = value.key(index);
                require(is_utf8(key) && value.find(key).has_value());
                out.name(key);
                write_again(out, value.element(index));
            }
            out.end_object();
            break;
    }
}

std::string to_text(json::document const& document) {
    json::writer out;
    write_again(out, document.root());
    return out.take();
}

/// An accepted document is accepted again after writing it, with the same content.
std::string check_round_trip(json::document const& document) {
    auto text = to_text(document);
    auto const again = json::parse(text, json::root::object_or_array);
    require(again.has_value());
    require(to_text(*again) == text);
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
    if (auto const problem = in.problems()) require(is_utf8(problem->detail) && !problem->fields.empty());
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
        if (is_object && !lenient->cut()) require(to_text(*lenient) == again);
    }
    if (lenient) check_round_trip(*lenient);
    if (auto const bounded = json::parse_lenient(text, {"**"}, small)) {
        require(json::parse(to_text(*bounded), json::root::object, small).has_value());
    }
    if (auto const part = json::parse_lenient(text, {"a/*/b", "a/c/**", "*/d", "e"})) check_round_trip(*part);
    return 0;
}
