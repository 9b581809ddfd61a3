#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(writers)

BOOST_AUTO_TEST_CASE(all_kinds_of_values) {
    json::writer out;
    out.begin_object()
        .field("text", "a\"b\\c\n\x01\xC3\xA9")
        .field("string", std::string("x"))
        .field("view", "y"sv)
        .field("int", 7)
        .field("least", std::numeric_limits<std::int64_t>::min())
        .field("greatest", std::numeric_limits<std::int64_t>::max())
        .field("true", true)
        .field("null", nullptr)
        .field("at", timestamp{} + 1500ms)
        .field("texts", std::vector<std::string>{"a", "b"})
        .field("none", std::vector<std::string>{})
        .field("some", std::optional<std::string>("s"))
        .field("nothing", std::optional<std::string>())
        .field("number", std::optional<std::int64_t>(5))
        .name("list")
        .begin_array()
        .text("t")
        .number(-1)
        .boolean(false)
        .null()
        .time(timestamp{})
        .raw(R"({"raw":[1]})")
        .begin_object()
        .end_object()
        .end_array()
        .end_object();
    std::string_view const expected =
        R"({"text":"a\"b\\c\n\u0001é","string":"x","view":"y","int":7,"least":-9223372036854775808,)"
        R"("greatest":9223372036854775807,"true":true,"null":null,"at":"1970-01-01T00:00:01.500000Z","texts":["a","b"],)"
        R"("none":[],"some":"s","nothing":null,"number":5,"list":["t",-1,false,null,"1970-01-01T00:00:00.000000Z",)"
        R"({"raw":[1]},{}]})";
    BOOST_TEST(out.take() == expected);
}

BOOST_AUTO_TEST_CASE(texts_are_written_as_unicode) {
    std::vector<std::pair<std::string_view, std::string_view>> const table{
        {"", R"([""])"},
        {std::string_view(), R"([""])"},
        {"a\0b"sv, R"(["a\u0000b"])"},
        {"\xFF", "[\"\xEF\xBF\xBD\"]"},
        {"\xED\xA0\x80", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]"},
        {"x\xC3", "[\"x\xEF\xBF\xBD\"]"},
        {"</script>", R"(["</script>"])"},
        {"\x7F\xE2\x80\xA8", "[\"\x7F\xE2\x80\xA8\"]"},
    };
    for (auto const& [text, expected] : table) {
        BOOST_TEST_CONTEXT(expected) {
            json::writer out;
            auto const written = out.begin_array().text(text).end_array().take();
            BOOST_TEST(written == expected);
            BOOST_TEST(json::parse(written, json::root::object_or_array).has_value());
        }
    }
    json::writer out;
    BOOST_TEST(out.begin_object().field("\xFF", 1).end_object().take() == "{\"\xEF\xBF\xBD\":1}");
}

BOOST_AUTO_TEST_CASE(misuse_throws) {
    std::vector<std::function<void(json::writer&)>> const table{
        [](json::writer& out) { out.take(); },
        [](json::writer& out) { out.begin_object().take(); },
        [](json::writer& out) { out.begin_array().take(); },
        [](json::writer& out) { out.end_object(); },
        [](json::writer& out) { out.end_array(); },
        [](json::writer& out) { out.begin_object().end_array(); },
        [](json::writer& out) { out.begin_array().end_object(); },
        [](json::writer& out) { out.begin_object().text("x"); },
        [](json::writer& out) { out.begin_object().number(1); },
        [](json::writer& out) { out.begin_object().begin_object(); },
        [](json::writer& out) { out.begin_object().raw("1"); },
        [](json::writer& out) { out.begin_object().name("a").end_object(); },
        [](json::writer& out) { out.begin_object().name("a").name("b"); },
        [](json::writer& out) { out.begin_array().name("a"); },
        [](json::writer& out) { out.name("a"); },
        [](json::writer& out) { out.text("a").text("b"); },
        [](json::writer& out) { out.begin_object().end_object().begin_object(); },
        [](json::writer& out) { out.begin_array().raw(""); },
    };
    for (std::size_t index = 0; index < table.size(); ++index) {
        BOOST_TEST_CONTEXT(index) {
            json::writer out;
            BOOST_CHECK_THROW(table[index](out), std::logic_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_taken_writer_is_empty) {
    json::writer out;
    BOOST_TEST(out.begin_object().field("a", 1).end_object().take() == R"({"a":1})");
    BOOST_TEST(out.begin_array().number(2).end_array().take() == "[2]");
    BOOST_TEST(out.text("x").take() == R"("x")");
    json::writer other(std::move(out));
    BOOST_TEST(other.null().take() == "null");
}

BOOST_AUTO_TEST_SUITE_END()
