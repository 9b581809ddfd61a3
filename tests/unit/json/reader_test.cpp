#include <tocsin/json/reader.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;

namespace {

json::document parsed(std::string_view text) {
    return json::parse(text, json::root::object_or_array).value();
}

/// The problems as `path: message` lines.
std::string problems_of(json::reader& fields) {
    std::string lines;
    if (auto const problems = fields.problems()) {
        for (auto const& field : problems->fields) lines += field.path + ": " + field.message + "\n";
    }
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(readers)

BOOST_AUTO_TEST_CASE(valid_requests) {
    auto const body = parsed(
        R"({"slug":"acme","about":null,"key":"fake-key","on":true,"count":7,"at":"2026-03-02T09:14:05Z","tags":["a","b"],"role":"owner"})"
    );
    json::reader fields(body.root());
    BOOST_TEST(fields.required_text("slug", {1, 63}) == "acme");
    BOOST_TEST(!fields.optional_text("about", {0, 10}));
    BOOST_TEST(!fields.optional_text("missing", {0, 10}));
    BOOST_TEST(fields.required_secret("key", {1, 100}).reveal() == "fake-key");
    BOOST_TEST(fields.optional_bool("on", false));
    BOOST_TEST(fields.optional_bool("off", true));
    BOOST_TEST(!fields.optional_bool("off").has_value());
    BOOST_TEST(fields.required_int("count", 1, 10) == 7);
    BOOST_TEST(!fields.optional_int("other", 1, 10).has_value());
    BOOST_TEST(to_rfc3339(fields.optional_time("at").value()) == "2026-03-02T09:14:05.000000Z");
    BOOST_TEST((fields.optional_texts("tags", 2, {1, 1}).value() == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(fields.required_word("role", {"member", "owner"}) == "owner");
    BOOST_TEST(!fields.optional_word("word", {"x"}).has_value());
    BOOST_TEST(fields.has("about"));
    BOOST_TEST(!fields.has("missing"));
    BOOST_TEST(!fields.problems().has_value());
}

BOOST_AUTO_TEST_CASE(problems_of_every_kind) {
    struct row {
        std::string_view body;
        std::function<void(json::reader&)> read;
        std::string_view problems;
    };
    auto const text = [](json::length bounds) {
        return [bounds](json::reader& fields) { fields.optional_text("a", bounds); };
    };
    auto const whole = [](json::reader& fields) { fields.optional_int("a", -5, 5); };
    auto const texts = [](json::reader& fields) { fields.optional_texts("a", 2, {1, 2}); };
    auto const word = [](json::reader& fields) { fields.optional_word("a", {"x", "y"}); };
    auto const time = [](json::reader& fields) { fields.optional_time("a"); };
    auto const truth = [](json::reader& fields) { fields.optional_bool("a"); };
    std::vector<row> const table{
        {R"({})", [](json::reader& fields) { fields.required_text("a", {}); }, "a: is required\n"},
        {R"({"a":null})", [](json::reader& fields) { fields.required_text("a", {}); }, "a: is required\n"},
        {R"({})", [](json::reader& fields) { fields.required_secret("a", {}); }, "a: is required\n"},
        {R"({})", [](json::reader& fields) { fields.required_int("a", 0, 1); }, "a: is required\n"},
        {R"({})", [](json::reader& fields) { fields.required_word("a", {"x"}); }, "a: is required\n"},
        {R"({"a":1})", text({}), "a: must be a text\n"},
        {R"({"a":["x"]})", text({}), "a: must be a text\n"},
        {R"({"a":""})", text({1, 5}), "a: must not be empty\n"},
        {R"({"a":"xxxxxx"})", text({1, 5}), "a: must be 1 to 5 bytes long\n"},
        {R"({"a":"x"})", text({2, 5}), "a: must be 2 to 5 bytes long\n"},
        {R"({"a":"xxx"})", text({0, 2}), "a: must be at most 2 bytes long\n"},
        {R"({"a":"xxx"})", text({4, 4}), "a: must be 4 bytes long\n"},
        {R"({"a":"x\u0000"})", text({1, 5}), "a: must not contain NUL characters\n"},
        {R"({"a":6})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":-6})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":1.5})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":"1"})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":0.00000000000000000001e-2147483639})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":123456789012345678901234567890})", whole, "a: must be a whole number from -5 to 5\n"},
        {R"({"a":1})", truth, "a: must be true or false\n"},
        {R"({"a":"true"})", truth, "a: must be true or false\n"},
        {R"({"a":"yesterday"})", time, "a: must be a time such as 2026-03-02T09:14:05Z\n"},
        {R"({"a":1767225600})", time, "a: must be a time such as 2026-03-02T09:14:05Z\n"},
        {R"({"a":"z"})", word, "a: must be one of x, y\n"},
        {R"({"a":{}})", word, "a: must be one of x, y\n"},
        {R"({"a":"x"})", texts, "a: must be a list of at most 2 texts\n"},
        {R"({"a":["x","y","z"]})", texts, "a: must be a list of at most 2 texts\n"},
        {R"({"a":[1,"xxx"]})", texts, "a[0]: must be a text\na[1]: must be 1 to 2 bytes long\n"},
        {R"({"a":["\u0000"]})", texts, "a[0]: must not contain NUL characters\n"},
        {R"({"a":1,"b":2})", whole, "b: unknown field\n"},
        {R"({"A":1})", whole, "A: unknown field\n"},
        {R"({"a":1,"\u001b[31m\u0000":2})", whole, "\\u001b[31m\\u0000: unknown field\n"},
        {R"([])", whole, ": must be an object\n"},
    };
    for (auto const& [body, read, problems] : table) {
        BOOST_TEST_CONTEXT(body) {
            auto const document = parsed(body);
            json::reader fields(document.root());
            read(fields);
            BOOST_TEST(problems_of(fields) == problems);
            BOOST_TEST(problems_of(fields) == problems);  // the same again
        }
    }
}

BOOST_AUTO_TEST_CASE(all_problems_are_reported_at_once) {
    auto const body = parsed(R"({"count":"many","extra":1})");
    json::reader fields(body.root(), "items[3]");
    BOOST_TEST(fields.required_text("name", {1, 10}).empty());
    BOOST_TEST(fields.required_int("count", 1, 5) == 1);
    fields.reject("name", "is taken");
    auto const problems = fields.problems();
    BOOST_REQUIRE(problems.has_value());
    BOOST_TEST((problems->code == errc::invalid));
    BOOST_TEST(problems->detail == "The request has 4 problems, first: items[3].name is required.");
    BOOST_TEST(
        problems_of(fields) ==
        "items[3].name: is required\nitems[3].count: must be a whole number from 1 to 5\nitems[3].name: is "
        "taken\nitems[3].extra: unknown field\n"
    );
}

BOOST_AUTO_TEST_CASE(a_single_problem) {
    auto const body = parsed(R"({"extra":1})");
    json::reader fields(body.root());
    BOOST_TEST(fields.problems()->detail == "The request has a problem: extra is an unknown field.");
    auto const list = parsed("[]");
    json::reader wrong(list.root());
    BOOST_TEST(wrong.problems()->detail == "The request has a problem: it must be an object.");
}

BOOST_AUTO_TEST_CASE(many_unknown_fields) {
    std::string text = "{";
    for (int index = 0; index < 500; ++index)
        text += (index == 0 ? "\"" : ",\"") + std::string(200, 'x') + std::to_string(index) + "\":1";
    auto const body = parsed(text + "}");
    json::reader fields(body.root());
    auto const problems = fields.problems();
    BOOST_TEST(problems->detail.starts_with("The request has 500 problems"));
    BOOST_TEST(problems->fields.size() == 32U);
    BOOST_TEST(std::all_of(problems->fields.begin(), problems->fields.end(), [](auto const& field) {
        return field.path.size() <= 128;
    }));
}

BOOST_AUTO_TEST_SUITE_END()
