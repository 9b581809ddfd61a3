#include "gateway/request_body.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(request_bodies)

namespace {

enum class color { red, green };
constexpr enum_names<color, 2> color_names{{{color::red, "red"}, {color::green, "green"}}};

struct paint {
    std::string name;
    color shade = color::red;
    std::optional<std::string> note;
    std::optional<std::optional<timestamp>> until;
    bool dry = true;
    secret key;
};

body_fields<paint> paint_fields() {
    return body_fields<paint>()
        .required("name", &paint::name, text{{1, 5}, control_character_problem})
        .optional("shade", &paint::shade, choice(color_names))
        .optional("note", &paint::note, text{{0, 5}, nullptr, text::null::is_wrong})
        .optional("until", &paint::until, moment{})
        .optional("dry", &paint::dry, flag{})
        .when(
            [](json::reader const&, paint const& given) { return given.shade == color::green; },
            body_fields<paint>().required("key", &paint::key, text{{1, 5}})
        );
}

result<paint> read(std::string_view body, body_fields<paint> const& fields = paint_fields()) {
    auto const document = json::parse(body).value();
    return fields.read(document.root());
}

/// The problems as "path message", in order.
std::string problems_of(result<paint> const& outcome) {
    BOOST_TEST_REQUIRE(!outcome.has_value());
    std::string all;
    for (auto const& field : outcome.error().fields)
        all += (all.empty() ? "" : "; ") + field.path + " " + field.message;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_becomes_a_struct) {
    auto const full =
        read(
            R"({"name":"wall","shade":"green","note":"","until":"2026-03-02T09:14:05Z","dry":false,"key":"k"})"
        )
            .value();
    BOOST_TEST(full.name == "wall");
    BOOST_TEST((full.shade == color::green));
    BOOST_TEST(full.note.value() == "");
    BOOST_TEST(full.until.value().has_value());
    BOOST_TEST(!full.dry);
    BOOST_TEST(full.key.reveal() == "k");
}

BOOST_AUTO_TEST_CASE(missing_fields_keep_their_defaults) {
    auto const least = read(R"({"name":"wall"})").value();
    BOOST_TEST((least.shade == color::red));
    BOOST_TEST(!least.note.has_value());
    BOOST_TEST(!least.until.has_value());
    BOOST_TEST(least.dry);
}

BOOST_AUTO_TEST_CASE(null_and_missing_differ_only_where_the_member_can_tell_them_apart) {
    auto const cleared = read(R"({"name":"wall","until":null,"dry":null})").value();
    BOOST_TEST_REQUIRE(cleared.until.has_value());
    BOOST_TEST(!cleared.until->has_value());
    BOOST_TEST(cleared.dry);
    BOOST_TEST(problems_of(read(R"({"name":"wall","note":null})")) == "note must be a text");
}

BOOST_AUTO_TEST_CASE(all_problems_are_reported_with_their_paths) {
    BOOST_TEST(
        problems_of(read(R"({"name":"a\tb","shade":"blue","note":"longer","dry":1,"extra":1})")) ==
        "name must not contain control characters; shade must be one of red, green; "
        "note must be at most 5 bytes long; dry must be true or false; extra unknown field"
    );
    BOOST_TEST(problems_of(read("{}")) == "name is required");
    BOOST_TEST(problems_of(read(R"({"name":null})")) == "name is required");
}

BOOST_AUTO_TEST_CASE(pasted_texts_are_trimmed_and_must_fit_into_a_header) {
    auto const fields = body_fields<paint>()
                            .optional("name", &paint::name, pasted({1, 5}, slug_problem))
                            .optional("key", &paint::key, pasted({2, 5}, header_value_problem));
    auto const given = read(R"({"name":" wall\r\n","key":"\u00A0\tk-1\n\n"})", fields);
    BOOST_TEST(given.value().name == "wall");
    BOOST_TEST(given.value().key.reveal() == "k-1");
    BOOST_TEST(problems_of(read(R"({"key":" k "})", fields)) == "key must be 2 to 5 bytes long");
    BOOST_TEST(problems_of(read(R"({"key":7})", fields)) == "key must be a text");
    for (auto const* const key : {R"(k k)", R"(k\nk)", R"(k\u00E9)", R"(k\u0001k)"})
        BOOST_TEST(
            problems_of(read(R"({"key":")" + std::string(key) + R"("})", fields)) ==
            "key must contain only visible ASCII characters: no spaces, line breaks, or accents inside"
        );
}

BOOST_AUTO_TEST_CASE(conditional_fields_exist_only_under_their_condition) {
    BOOST_TEST(problems_of(read(R"({"name":"wall","shade":"green"})")) == "key is required");
    BOOST_TEST(problems_of(read(R"({"name":"wall","key":"k"})")) == "key unknown field");
}

BOOST_AUTO_TEST_CASE(rules_about_several_fields_and_empty_changes) {
    auto const fields = body_fields<paint>()
                            .optional("name", &paint::name, text{{1, 5}})
                            .required_nullable("note", &paint::note, text{{0, 5}})
                            .check([](json::reader& in, paint const& given) {
                                if (given.name == given.note) in.reject("note", "must differ from the name");
                            });
    BOOST_TEST(read(R"({"name":"wall","note":null})", fields).has_value());
    BOOST_TEST(problems_of(read(R"({"name":"wall"})", fields)) == "note is required; it may be null");
    BOOST_TEST(problems_of(read(R"({"name":"a","note":"a"})", fields)) == "note must differ from the name");

    auto const change = body_fields<paint>().optional("name", &paint::name, text{{1, 5}}).at_least_one();
    BOOST_TEST(read(R"({"name":"wall"})", change).has_value());
    BOOST_TEST((read("{}", change).error().code == errc::invalid));
    BOOST_TEST(read("{}", change).error().detail.find("name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_may_be_left_out_if_no_field_is_required) {
    BOOST_TEST((paint_fields().as_input().body == http::body_kind::json));
    auto const optional = body_fields<paint>().optional("note", &paint::note, text{{0, 5}});
    BOOST_TEST((optional.as_input().body == http::body_kind::optional_json));
}

BOOST_AUTO_TEST_SUITE_END()
