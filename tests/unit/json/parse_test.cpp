#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

namespace {

/// Writes `[1,2,...]` with `count` elements.
std::string list_of(std::size_t count) {
    return "[" + json::repeat("1,", count - 1) + "1]";
}

std::string members(std::size_t count) {
    std::string text = "{";
    for (std::size_t index = 0; index < count; ++index) {
        text += (index == 0 ? "" : ",") + ("\"k" + std::to_string(index) + "\":0");
    }
    return text + "}";
}

std::string nested(std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strict_parse)

BOOST_AUTO_TEST_CASE(accepted_texts) {
    std::vector<std::pair<std::string_view, std::string_view>> const table{
        {"{}", "{}"},
        {" \t\r\n{ } \n", "{}"},
        {"[]", "[]"},
        {R"({"a":null})", R"({"a":null})"},
        {R"({"":1})", R"({"":1})"},
        {R"({"a":{"a":{"a":[true,false,null]}}})", R"({"a":{"a":{"a":[true,false,null]}}})"},
        {R"([0,-0,1,-1,0.5,1e5,1E+5,1e-5,1.25e300])", R"([0,-0,1,-1,0.5,1e5,1E+5,1e-5,1.25e300])"},
        {R"([123456789012345678901234567890])", R"([123456789012345678901234567890])"},
        {R"([1e-400])", R"([1e-400])"},
        {R"(["\"\\\/\b\f\n\r\t"])", R"(["\"\\/\b\f\n\r\t"])"},
        {R"(["\u00e9\ud83d\ude00"])", "[\"\xC3\xA9\xF0\x9F\x98\x80\"]"},
        {"[\"\xC3\xA9\xE2\x80\xA8\x7F\"]", "[\"\xC3\xA9\xE2\x80\xA8\x7F\"]"},
        {R"(["a\u0000b"])", R"(["a\u0000b"])"},
        {R"({"a\u0000":1,"a":2})", R"({"a\u0000":1,"a":2})"},
        {"[\"\xEF\xBF\xBD\\ufffd\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]"},
        {"[\"\xF4\x8F\xBF\xBF\"]", "[\"\xF4\x8F\xBF\xBF\"]"},
    };
    for (auto const& [text, again] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = json::parse(text, json::root::object_or_array);
            BOOST_REQUIRE(parsed.has_value());
            BOOST_TEST(json::serialize(*parsed) == again);
            BOOST_TEST(!parsed->cut());
        }
    }
}

constexpr std::string_view invalid_texts[]{
    // no value, or several
    "",
    " ",
    "\n",
    "{}{}",
    "{} []",
    "[1]2",
    "{},",
    "]",
    "}",
    ",",
    // roots
    "null",
    "true",
    "1",
    "\"text\"",
    "\xEF\xBB\xBF{}",
    // structure
    "{",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1,,2]",
    "[1}",
    "{]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\":1 \"b\":2}",
    "{\"a\" 1}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{null:1}",
    "{\"a\":1:2}",
    "{[]:1}",
    // literals
    "[nul]",
    "[nulll]",
    "[True]",
    "[tru]",
    "[falsey]",
    "[undefined]",
    "[NaN]",
    "[nan]",
    "[Infinity]",
    "[-Infinity]",
    "[Inf]",
    // numbers
    "[01]",
    "[-01]",
    "[00]",
    "[1.]",
    "[.5]",
    "[-]",
    "[+1]",
    "[--1]",
    "[1e]",
    "[1e+]",
    "[1E-]",
    "[0x1]",
    "[1_000]",
    "[1.5.5]",
    "[1e5.5]",
    "[- 1]",
    "[1e400]",
    "[\xEF\xBC\x91]",
    // strings
    "[\"]",
    "[\"a]",
    "[\"a\\\"]",
    "['a']",
    "[\"\n\"]",
    "[\"\t\"]",
    "[\"\x01\"]",
    "[\"\x1f\"]",
    "[\"\\x41\"]",
    "[\"\\a\"]",
    "[\"\\'\"]",
    "[\"\\u\"]",
    "[\"\\u12\"]",
    "[\"\\u123g\"]",
    "[\"\\U0041\"]",
    "[\"\\\"]",
    // Unicode
    "[\"\\ud800\"]",
    "[\"\\ud800a\"]",
    "[\"\\ud800\\n\"]",
    "[\"\\ud800\\ud800\"]",
    "[\"\\udc00\"]",
    "[\"\\udc00\\ud800\"]",
    "[\"\\ud83d\\u0041\"]",
    "[\"\xFF\"]",
    "[\"\x80\"]",
    "[\"\xC3\"]",
    "[\"\xC0\x80\"]",
    "[\"\xED\xA0\x80\"]",
    "[\"\xF4\x90\x80\x80\"]",
    "{\"\\udc00\":1}",
    "{\"\xFF\":1}",
    "\xFF{}",
    "{}\xFF",
    "\xFE\xFF\x00{\x00}"sv,
    // extensions
    "[1]//",
    "[1]/**/",
    "/**/[1]",
    "[1]#",
    "[1,//\n2]",
    // NUL
    "[1]\0junk"sv,
    "\0{}"sv,
    "{\0}"sv,
    "{\"a\0\":1}"sv,
    "[\"\0\"]"sv,
    "{}\0"sv,
    "\0"sv,
    // duplicate members
    R"({"a":1,"a":2})",
    R"({"a":1,"\u0061":1})",
    R"({"x":{"a":1,"b":2,"a":3}})",
    R"([{"":1,"":1}])",
};

BOOST_AUTO_TEST_CASE(refused_texts) {
    for (auto const text : invalid_texts) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = json::parse(text, json::root::object_or_array);
            BOOST_REQUIRE(!parsed.has_value());
            BOOST_TEST((parsed.error().code == errc::invalid));
            BOOST_TEST(parsed.error().detail.find("at byte") != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_has_position_and_reason) {
    std::vector<std::pair<std::string_view, std::string_view>> const table{
        {R"({"a":1 "b":2})", "Not valid JSON at byte 7: Missing a comma or '}' after an object member."},
        {"[1]", "Not valid JSON at byte 0: The outermost value must be an object."},
        {"{}\0"sv, "Not valid JSON at byte 2: The text contains a NUL byte."},
        {R"({"a":1,"a":2})", R"(Not valid JSON at byte 12: An object has the member "a" twice.)"},
    };
    for (auto const& [text, detail] : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(json::parse(text).error().detail == detail);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_root_must_be_an_object_by_default) {
    BOOST_TEST(json::parse("{}").has_value());
    BOOST_TEST(!json::parse("[]").has_value());
    BOOST_TEST(json::parse("[]", json::root::object_or_array).has_value());
    BOOST_TEST(!json::parse("7", json::root::object_or_array).has_value());
}

BOOST_AUTO_TEST_CASE(every_limit_is_exact) {
    struct row {
        std::string name;
        std::string fits;
        std::string exceeds;
    };
    json::limits const within{};
    std::vector<row> const table{
        {"depth", nested(within.depth), nested(within.depth + 1)},
        {"nodes", list_of(within.nodes - 1), list_of(within.nodes)},
        {"members", members(within.members), members(within.members + 1)},
        {"key",
         "{\"" + std::string(within.key_bytes, 'k') + "\":0}",
         "{\"" + std::string(within.key_bytes + 1, 'k') + "\":0}"},
        {"string",
         "[\"" + std::string(within.string_bytes, 's') + "\"]",
         "[\"" + std::string(within.string_bytes + 1, 's') + "\"]"},
        {"number",
         "[" + std::string(within.number_chars, '1') + "]",
         "[" + std::string(within.number_chars + 1, '1') + "]"},
    };
    for (auto const& [name, fits, exceeds] : table) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(json::parse(fits, json::root::object_or_array).has_value());
            BOOST_TEST(!json::parse(exceeds, json::root::object_or_array).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused) {
    for (std::size_t const depth : {33U, 1000U, 200'000U, 1'000'000U}) {
        BOOST_TEST_CONTEXT(depth) {
            BOOST_TEST(
                !json::parse(std::string(depth, '[') + std::string(depth, ']'), json::root::object_or_array)
                     .has_value()
            );
            BOOST_TEST(!json::parse(std::string(depth, '['), json::root::object_or_array).has_value());
            BOOST_TEST(!json::parse(json::repeat("{\"a\":", depth)).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(duplicate_members_in_large_objects) {
    for (std::size_t const count : {2U, 15U, 16U, 17U, 18U, 999U}) {
        for (std::size_t const repeated : {std::size_t{0}, count / 2, count - 1}) {
            BOOST_TEST_CONTEXT(count << " with " << repeated << " again") {
                auto text = members(count);
                BOOST_TEST(json::parse(text).has_value());
                text.insert(text.size() - 1, ",\"k" + std::to_string(repeated) + "\":1");
                BOOST_TEST(!json::parse(text).has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_that_overflow_a_conversion) {
    std::string const bomb(json::number_bomb);
    for (auto const& text :
         {"[" + bomb + "]", "{\"a\":" + bomb + "}", "{\"a\":{\"b\":[" + bomb + "," + bomb + "]}}"}) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = json::parse(text, json::root::object_or_array);
            BOOST_REQUIRE(parsed.has_value());
            BOOST_TEST(json::serialize(*parsed) == text);
        }
    }
    std::vector<std::string> const others{
        "1e-2147483648",
        "-0.0e-2147483647",
        "0." + std::string(30, '0') + "1e-2147483639",
        "0e" + std::string(30, '9'),
        "1e-" + std::string(30, '9'),
        "1e2147483647",
    };
    for (auto const& number : others) {
        BOOST_TEST_CONTEXT(number) {
            auto const parsed = json::parse("{\"a\":" + number + "}");
            if (!parsed) continue;  // may be refused
            auto const place = parsed->root().find("a").value();
            BOOST_TEST(place.as_number_text().value() == number);
            BOOST_TEST(!place.as_int64().has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_text_is_refused) {
    std::string_view const whole = R"({"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true},"e":false})";
    BOOST_REQUIRE(json::parse(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST_CONTEXT(size) {
            BOOST_TEST(!json::parse(whole.substr(0, size)).has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
