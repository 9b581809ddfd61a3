#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

namespace {

json::selection const everything{"**"};

struct outcome {
    std::string written;
    bool cut;
};

outcome read(
    std::string_view text, json::selection const& selection = everything, json::limits const& limits = {}
) {
    auto const parsed = json::parse_lenient(text, selection, limits);
    if (!parsed) return {.written = "refused: " + parsed.error().detail, .cut = false};
    return {.written = json::serialize(*parsed), .cut = parsed->cut()};
}

struct row {
    std::string text;
    std::string expected;
    bool cut;
};

void check(std::vector<row> const& table, json::limits const& limits = {}) {
    for (auto const& [text, expected, cut] : table) {
        BOOST_TEST_CONTEXT(text.substr(0, 200)) {
            auto const result = read(text, everything, limits);
            BOOST_TEST(result.written == expected);
            BOOST_TEST(result.cut == cut);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lenient_parse)

BOOST_AUTO_TEST_CASE(unsupported_texts_are_repaired) {
    check({
        {R"({"a":"plain \u00e9 \ud83d\ude00 \ufffd"})",
         "{\"a\":\"plain \xC3\xA9 \xF0\x9F\x98\x80 \xEF\xBF\xBD\"}",
         false},
        {R"({"a":"x\u0000y"})", "{\"a\":\"x\xEF\xBF\xBDy\"}", true},
        {R"({"a":"\ud800"})", "{\"a\":\"\xEF\xBF\xBD\"}", true},
        {R"({"a":"\udc00"})", "{\"a\":\"\xEF\xBF\xBD\"}", true},
        {R"({"a":"\uD800x"})", "{\"a\":\"\xEF\xBF\xBDx\"}", true},
        {R"({"a":"\ud800\n"})", "{\"a\":\"\xEF\xBF\xBD\\n\"}", true},
        {R"({"a":"\ud800\ud83d\ude00"})", "{\"a\":\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"}", true},
        {R"({"a":"\ude00\ud83d"})", "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}", true},
        {R"({"a":"\ud800\u0041"})",
         "{\"a\":\"\xEF\xBF\xBD"
         "A\"}",
         true},
        {R"({"a":"\\ud800"})", R"({"a":"\\ud800"})", false},
        {R"({"a":"\\\ud800"})", "{\"a\":\"\\\\\xEF\xBF\xBD\"}", true},
        {"{\"a\":\"\xFFx\xC3\"}", "{\"a\":\"\xEF\xBF\xBDx\xEF\xBF\xBD\"}", true},
        {"{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}", true},
        {"{\"a\xFF\":1}", "{\"a\xEF\xBF\xBD\":1}", true},
        {R"({"\ud800":1})", "{\"\xEF\xBF\xBD\":1}", true},
        {R"({"k\u0000":1})", "{\"k\xEF\xBF\xBD\":1}", true},
    });
}

BOOST_AUTO_TEST_CASE(unsupported_numbers_become_null) {
    std::string const forty(40, '1');
    check({
        {"{\"a\":" + forty + "}", "{\"a\":" + forty + "}", false},
        {"{\"a\":1" + forty + "}", "{\"a\":null}", true},
        {"{\"a\":-" + forty + "}", "{\"a\":null}", true},
        {"{\"a\":[" + std::string(400, '7') + ",1]}", "{\"a\":[null,1]}", true},
        {"{\"a\":0." + std::string(400, '0') + "1}", "{\"a\":null}", true},
        {R"({"a":1e308})", R"({"a":1e308})", false},
        {R"({"a":1e309})", R"({"a":null})", true},
        {R"({"a":1e400,"b":-1E+99999999999999999999,"c":0e309})", R"({"a":null,"b":null,"c":null})", true},
        {R"({"a":1e-400})", R"({"a":1e-400})", false},
        {R"({"a":"1e400"})", R"({"a":"1e400"})", false},
        {"{\"a\":" + std::string(json::number_bomb) + "}",
         "{\"a\":" + std::string(json::number_bomb) + "}",
         false},
        {"{\"a\":[" + std::string(json::number_bomb) + "]}",
         "{\"a\":[" + std::string(json::number_bomb) + "]}",
         false},
    });
}

BOOST_AUTO_TEST_CASE(short_texts_and_numbers_are_kept) {
    check({{R"({"a":12,"b":1,"c":-12})", R"({"a":null,"b":1,"c":null})", true}}, {.number_chars = 1});
}

BOOST_AUTO_TEST_CASE(replacing_tokens_does_not_make_json) {
    for (auto const text :
         {""sv,
          " "sv,
          "null"sv,
          "7"sv,
          "\"text\""sv,
          "[]"sv,
          "[1]"sv,
          "{"sv,
          "{\"a\":1"sv,
          "{\"a\":1}x"sv,
          "{}{}"sv,
          "{\"a\":1e400x}"sv,
          "{\"a\":1e400 1}"sv,
          "{\"a\":01e400}"sv,
          "{\"a\":1.e400}"sv,
          "{\"a\":+1e400}"sv,
          "{\"a\":.1e400}"sv,
          "{\"a\":1e400.5}"sv,
          "{\"a\":1e}"sv,
          "{\"a\":--1}"sv,
          "{1e400:1}"sv,
          "{\"a\":nul1e400}"sv,
          "{\"a\":\"\\ud80\"}"sv,
          "{\"a\":\"\\ud80g\"}"sv,
          "{\"a\":\"\\ud800}"sv,
          "{\"a\":\\ud800}"sv,
          "{\"a\":\"\\x\"}"sv,
          "{\"a\":\"\n\"}"sv,
          "{\"a\":NaN}"sv,
          "{\"a\":1,}"sv,
          "{}\0"sv,
          "{\"a\":\"\0\"}"sv,
          "\xEF\xBB\xBF{}"sv}) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = json::parse_lenient(text, everything);
            BOOST_REQUIRE(!parsed.has_value());
            BOOST_TEST((parsed.error().code == errc::invalid));
        }
    }
}

BOOST_AUTO_TEST_CASE(long_text_is_cut) {
    check(
        {
            {R"({"a":"12345678"})", R"({"a":"12345678"})", false},
            {R"({"a":"123456789"})", R"({"a":"12345678"})", true},
            {"{\"a\":\"1234567\xC3\xA9\"}", R"({"a":"1234567"})", true},
            {R"({"1234":1})", R"({"1234":1})", false},
            {R"({"12345":1})", R"({"1234":1})", true},
        },
        {.key_bytes = 4, .string_bytes = 8}
    );
}

BOOST_AUTO_TEST_CASE(deep_values_are_omitted) {
    check(
        {
            {R"({"a":{"b":[1]}})", R"({"a":{"b":[1]}})", false},
            {R"({"a":{"b":[1,[2,{"x":[3]}],{},4]},"c":5})", R"({"a":{"b":[1,4]},"c":5})", true},
        },
        {.depth = 3}
    );
    auto const result =
        read("{\"a\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",\"b\":1}");
    BOOST_TEST(result.cut);
    BOOST_TEST(result.written.ends_with(",\"b\":1}"));
}

BOOST_AUTO_TEST_CASE(values_over_the_limit_are_omitted) {
    check(
        {
            {R"({"a":1,"b":2,"c":3})", R"({"a":1,"b":2,"c":3})", false},
            {R"({"a":1,"b":2,"c":3,"d":4,"e":{"x":1}})", R"({"a":1,"b":2,"c":3})", true},
            {R"({"a":[1,2,3,4,5]})", R"({"a":[1,2,3,4,5]})", false},
        },
        {.members = 3}
    );
    check(
        {
            {R"({"a":[1,2]})", R"({"a":[1,2]})", false},
            {R"({"a":[1,2,3,[4]],"b":5})", R"({"a":[1,2]})", true},
        },
        {.nodes = 4}
    );
}

BOOST_AUTO_TEST_CASE(the_first_of_duplicate_members_is_kept) {
    check({
        {R"({"a":1,"b":2,"a":3})", R"({"a":1,"b":2})", true},
        {R"({"a":{"x":1,"x":2,"y":3},"\u0061":4,"b":5})", R"({"a":{"x":1,"y":3},"b":5})", true},
    });
}

BOOST_AUTO_TEST_CASE(only_selected_places_are_built) {
    struct selected {
        json::selection selection;
        std::string_view expected;
    };
    std::string_view const body =
        R"({"action":"created","data":{"issue":{"id":1,"meta":{"x":[1,{"y":2}]}},"event":{"tags":[["a","b"],["c","d"]],"frames":[{"id":7,"vars":{}},{"id":8}]}},"other":[1,2]})";
    std::vector<selected> const table{
        {{}, "{}"},
        {{"action"}, R"({"action":"created"})"},
        {{"*"}, R"({"action":"created","data":{},"other":[]})"},
        {{"data"}, R"({"data":{}})"},
        {{"data/issue/id"}, R"({"data":{"issue":{"id":1}}})"},
        {{"data/issue/**"}, R"({"data":{"issue":{"id":1,"meta":{"x":[1,{"y":2}]}}}})"},
        {{"action/**"}, R"({"action":"created"})"},
        {{"action/x"}, "{}"},
        {{"data/*/id"}, R"({"data":{"issue":{"id":1},"event":{}}})"},
        {{"data/event/tags/*/*"}, R"({"data":{"event":{"tags":[["a","b"],["c","d"]]}}})"},
        {{"data/event/tags/*"}, R"({"data":{"event":{"tags":[[],[]]}}})"},
        {{"data/event/frames/*/id", "action"},
         R"({"action":"created","data":{"event":{"frames":[{"id":7},{"id":8}]}}})"},
        {{"data/issue/id", "data/issue/meta/**"}, R"({"data":{"issue":{"id":1,"meta":{"x":[1,{"y":2}]}}}})"},
        {{"data/issue/meta/x/*"}, R"({"data":{"issue":{"meta":{"x":[1,{}]}}}})"},
        {{"other/**", "missing/**", "data/missing"}, R"({"data":{},"other":[1,2]})"},
        {{"**"}, body},
    };
    for (auto const& [selection, expected] : table) {
        BOOST_TEST_CONTEXT(expected) {
            auto const result = read(body, selection);
            BOOST_TEST(result.written == expected);
            BOOST_TEST(!result.cut);
        }
    }
}

BOOST_AUTO_TEST_CASE(places_that_are_not_selected_are_not_checked) {
    std::string const rest = R"("x":{"a":"\ud800","b":1e400,"\udc00":"\u0000)" + std::string("\xFF") +
                             R"(","k":1,"k":2},)" + "\"y\":" + std::string(100, '[') + std::string(100, ']') +
                             ",\"z\":\"" + std::string(100'000, 'z') + "\"";
    auto const result = read("{" + rest + R"(,"data":{"id":"7"},"w":"\ud800"})", {"data/id"});
    BOOST_TEST(result.written == R"({"data":{"id":"7"}})");
    BOOST_TEST(!result.cut);

    auto const touched = read("{" + rest + R"(,"data":{"id":"\ud800"}})", {"data/id"});
    BOOST_TEST(touched.written == "{\"data\":{\"id\":\"\xEF\xBF\xBD\"}}");
    BOOST_TEST(touched.cut);
}

BOOST_AUTO_TEST_CASE(limits_apply_only_to_selected_places) {
    std::string const many = "[" + json::repeat("{\"a\":[1,2,3]},", 30'000) + "0]";
    auto const result = read("{\"skipped\":" + many + ",\"id\":1}", {"id"});
    BOOST_TEST(result.written == R"({"id":1})");
    BOOST_TEST(!result.cut);
    auto const whole = json::parse_lenient("{\"id\":1,\"all\":" + many + ",\"late\":2}", everything);
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->cut());
    BOOST_TEST(whole->root().find("id")->as_int64().value() == 1);
    BOOST_TEST(!whole->root().find("late").has_value());
}

BOOST_AUTO_TEST_CASE(an_invalid_selection_throws) {
    BOOST_CHECK_THROW(json::parse_lenient("{}", {"a/**/b"}), std::invalid_argument);
    BOOST_CHECK_THROW(json::parse_lenient("{}", json::selection(65, "a")), std::invalid_argument);
    BOOST_TEST(json::parse_lenient("{}", json::selection(64, "a")).has_value());
}

BOOST_AUTO_TEST_CASE(both_parsers_read_a_strict_text_alike) {
    std::string_view const text =
        R"({"a":[1,-2.5e3,"x\u00e9\n",{"b":null}],"c":{"d":true,"e":false},"f":""})";
    BOOST_TEST(read(text).written == json::serialize(*json::parse(text)));
}

BOOST_AUTO_TEST_SUITE_END()
