#include <tocsin/db/errors.hpp>
#include <tocsin/db/parameter.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using db::to_parameter;

BOOST_AUTO_TEST_SUITE(parameters)

BOOST_AUTO_TEST_CASE(each_type_has_a_text_format) {
    BOOST_TEST(to_parameter("text").text.value() == "text");
    BOOST_TEST(to_parameter(std::int64_t{-5}).text.value() == "-5");
    BOOST_TEST(to_parameter(true).text.value() == "t");
    BOOST_TEST(to_parameter(std::chrono::milliseconds(1500)).text.value() == "1500");
    BOOST_TEST(
        to_parameter(*parse_rfc3339("2026-03-02T09:14:05.12Z")).text.value() == "2026-03-02T09:14:05.120000Z"
    );
    BOOST_TEST(!to_parameter(std::optional<std::string>()).text.has_value());
    BOOST_TEST(!to_parameter(nullptr).text.has_value());
    BOOST_TEST(to_parameter(byte_string{0, 1, 255}).bytes.value().size() == 3);
}

BOOST_AUTO_TEST_CASE(arrays_are_quoted) {
    BOOST_TEST(to_parameter(std::vector<std::string>{}).text.value() == "{}");
    BOOST_TEST(
        to_parameter(std::vector<std::string>{"a", "b,c", "d\"e", "f\\g", "{h}", "", "null"}).text.value() ==
        R"({"a","b,c","d\"e","f\\g","{h}","","null"})"
    );
    BOOST_TEST(to_parameter(std::vector<std::int64_t>{1, -2}).text.value() == "{1,-2}");
}

BOOST_AUTO_TEST_CASE(a_text_with_a_nul_is_refused) {
    using namespace std::string_literals;
    BOOST_CHECK_THROW(to_parameter("a\0b"s), db::bad_value);
    BOOST_CHECK_THROW(to_parameter(std::vector<std::string>{"a\0b"s}), db::bad_value);
}

BOOST_AUTO_TEST_SUITE_END()
