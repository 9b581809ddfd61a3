#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;

namespace {

json::document parsed(std::string_view text) {
    return json::parse(text, json::root::object_or_array).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(members_by_path) {
    auto const document = parsed(R"({"data":{"issue":{"id":"42","tags":[["a","b"],["c","d"]]}},"n":null})");
    auto const root = document.root();
    BOOST_TEST(root.size() == 2U);
    BOOST_TEST(root.key(0) == "data");
    BOOST_TEST(root.key(1) == "n");
    BOOST_TEST(root.element(1).is_null());
    BOOST_TEST(root.at({"data", "issue", "id"})->as_string().value() == "42");
    BOOST_TEST((root.at({})->kind() == json::kind::object));
    BOOST_TEST(!root.at({"data", "issue", "id", "x"}));
    BOOST_TEST(!root.at({"data", "missing", "id"}));
    BOOST_TEST(!root.find("missing"));
    BOOST_TEST(root.find("n")->is_null());
    BOOST_TEST(!root.find("n")->find("x"));

    auto const tags = root.at({"data", "issue", "tags"}).value();
    BOOST_TEST(tags.size() == 2U);
    BOOST_TEST(!tags.find("0"));
    BOOST_TEST(tags.element(1).element(0).as_string().value() == "c");
    BOOST_TEST(tags.element(1).element(0).size() == 0U);
}

BOOST_AUTO_TEST_CASE(values_stay_valid_after_a_move_of_the_document) {
    auto first = parsed(R"({"a":{"b":"text"}})");
    auto const place = first.root().at({"a", "b"}).value();
    json::document second = std::move(first);
    BOOST_TEST(place.as_string().value() == "text");
    auto third = parsed("{}");
    third = std::move(second);
    BOOST_TEST(place.as_string().value() == "text");
    BOOST_TEST(third.root().at({"a", "b"})->as_string().value() == "text");
}

BOOST_AUTO_TEST_CASE(a_value_of_another_kind_is_nothing) {
    auto const document = parsed(R"([null,true,7,"7",[],{}])");
    for (std::size_t index = 0; index < document.root().size(); ++index) {
        BOOST_TEST_CONTEXT(index) {
            auto const each = document.root().element(index);
            BOOST_TEST((each.kind() == static_cast<json::kind>(index)));
            BOOST_TEST(each.is_null() == (index == 0));
            BOOST_TEST(each.as_bool().has_value() == (index == 1));
            BOOST_TEST(each.as_number_text().has_value() == (index == 2));
            BOOST_TEST(each.as_int64().has_value() == (index == 2));
            BOOST_TEST(each.as_double().has_value() == (index == 2));
            BOOST_TEST(each.as_string().has_value() == (index == 3));
            BOOST_TEST(each.as_id_text().has_value() == (index == 2 || index == 3));
            BOOST_TEST(each.size() == 0U);
            BOOST_TEST(!each.find("a").has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers) {
    struct row {
        std::string text;
        std::optional<std::int64_t> whole;
        std::optional<double> real;
    };
    std::vector<row> const table{
        {"0", 0, 0.0},
        {"-0", 0, 0.0},
        {"7", 7, 7.0},
        {"-7", -7, -7.0},
        {"9223372036854775807", std::numeric_limits<std::int64_t>::max(), 9223372036854775807.0},
        {"-9223372036854775808", std::numeric_limits<std::int64_t>::min(), -9223372036854775808.0},
        {"9223372036854775808", std::nullopt, 9223372036854775808.0},
        {"1.0", std::nullopt, 1.0},
        {"1e3", std::nullopt, 1000.0},
        {"0.1", std::nullopt, 0.1},
        {"1.7976931348623157e308", std::nullopt, 1.7976931348623157e308},
        {"9e308", std::nullopt, std::nullopt},
        {"1e-400", std::nullopt, std::nullopt},
        {std::string(json::number_bomb), std::nullopt, std::nullopt},
    };
    for (auto const& [text, whole, real] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const document = parsed("[" + text + "]");
            auto const place = document.root().element(0);
            BOOST_TEST((place.as_int64() == whole));
            BOOST_TEST((place.as_double() == real));
            BOOST_TEST(place.as_number_text().value() == text);
            BOOST_TEST(place.as_id_text().value() == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(strings_keep_all_characters) {
    auto const document = parsed(R"({"a\u0000b":"c\u0000d","a":"x"})");
    using namespace std::string_view_literals;
    BOOST_TEST(document.root().key(0) == "a\0b"sv);
    BOOST_TEST(document.root().find("a\0b"sv)->as_string().value() == "c\0d"sv);
    BOOST_TEST(document.root().find("a")->as_string().value() == "x");
}

BOOST_AUTO_TEST_SUITE_END()
