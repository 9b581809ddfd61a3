#include "admission.hpp"
#include "grammar.hpp"
#include "target.hpp"

#include <tocsin/http/message.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace tocsin::http;

std::string joined(std::string_view path) {
    auto const segments = decode_path(path);
    if (!segments) return "refused";
    std::string out;
    for (auto const& s : *segments) out += "[" + s + "]";
    return out;
}

std::string pairs(std::string_view query) {
    auto const parameters = decode_query(query);
    if (!parameters) return "refused";
    std::string out;
    for (auto const& p : *parameters) out += "[" + p.name + "=" + p.value + "]";
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(fields_compare_names_without_case_and_keep_order) {
    fields f;
    f.add("Set-Cookie", "a=1");
    f.add("X-One", "1");
    f.add("set-cookie", "b=2");
    BOOST_TEST(f.find("SET-COOKIE").value() == "a=1");
    BOOST_TEST(f.count("Set-Cookie") == 2U);
    BOOST_TEST(!f.find("X-Two").has_value());
    f.set("Set-cookie", *f.find("set-cookie"));
    BOOST_TEST(f.count("Set-Cookie") == 1U);
    BOOST_TEST(f.find("Set-Cookie").value() == "a=1");
    BOOST_TEST(f.all().size() == 2U);
}

BOOST_AUTO_TEST_CASE(fields_refuse_line_ends) {
    fields f;
    using namespace std::string_literals;
    for (auto const& value : {"a\r\nSet-Cookie: b=c"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x7F"s, "\x1B[1m"s}) {
        BOOST_CHECK_THROW(f.add("X-A", value), std::invalid_argument);
        BOOST_CHECK_THROW(f.set("X-A", value), std::invalid_argument);
    }
    for (auto const& name : {""s, "X A"s, "X-A:"s, "X\r\nB"s, "X-\xE9"s, "X\0"s}) {
        BOOST_CHECK_THROW(f.add(name, "a"), std::invalid_argument);
    }
    BOOST_TEST(f.all().empty());
    f.add("X-A", "tab\tand \xC3\xA9");
    BOOST_TEST(f.find("x-a").value() == "tab\tand \xC3\xA9");
}

BOOST_AUTO_TEST_CASE(control_characters_are_refused_in_values) {
    for (unsigned c = 0; c <= 0xFF; ++c) {
        std::string const value(1, static_cast<char>(c));
        bool const control = (c < 0x20 && c != '\t') || c == 0x7F;
        BOOST_TEST(is_field_value(value) == !control);
    }
}

BOOST_AUTO_TEST_CASE(paths) {
    BOOST_TEST(joined("/") == "");
    BOOST_TEST(joined("/a/b") == "[a][b]");
    BOOST_TEST(joined("/a/") == "[a][]");
    BOOST_TEST(joined("//a") == "[][a]");
    BOOST_TEST(joined("/a%20b+c") == "[a b+c]");
    BOOST_TEST(joined("/%C3%A9") == "[\xC3\xA9]");
    BOOST_TEST(joined("/...") == "[...]");
    BOOST_TEST(joined("/.a") == "[.a]");
}

BOOST_AUTO_TEST_CASE(ambiguous_paths_are_refused) {
    for (std::string_view const path :
         {"/.",     "/..",    "/a/../b", "/a/./b", "/%2e",    "/%2E%2e/a", "/.%2e",
          "/a%2fb", "/a%2Fb", "/a%5cb",  "/%00",   "/a%0ab",  "/%7f",      "/%",
          "/%a",    "/%zz",   "/a%2",    "/%ff",   "/%c0%af", "/%ed%a0%80"}) {
        BOOST_TEST_CONTEXT(path) {
            BOOST_TEST(joined(path) == "refused");
        }
    }
}

BOOST_AUTO_TEST_CASE(queries) {
    BOOST_TEST(pairs("") == "");
    BOOST_TEST(pairs("a=b&c=d") == "[a=b][c=d]");
    BOOST_TEST(pairs("a&b=&=c") == "[a=][b=][=c]");
    BOOST_TEST(pairs("a=b=c") == "[a=b=c]");
    BOOST_TEST(pairs("&&a=1&") == "[a=1]");
    BOOST_TEST(pairs("a=1+2%2B3%26") == "[a=1 2+3&]");
    BOOST_TEST(pairs("a=%0a") == "[a=\n]");
    for (std::string_view const query : {"a=%", "a=%2", "a=%gg", "%00=a", "a=%00", "a=%ff", "a=%c3"}) {
        BOOST_TEST_CONTEXT(query) {
            BOOST_TEST(pairs(query) == "refused");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_query_value_must_occur_once) {
    request r;
    r.query = *decode_query("state=a&code=b&state=c&empty");
    BOOST_TEST(!r.query_value("state").has_value());
    BOOST_TEST(r.query_value("code").value() == "b");
    BOOST_TEST(r.query_value("empty").value() == "");
    BOOST_TEST(!r.query_value("none").has_value());
}

BOOST_AUTO_TEST_CASE(a_cookie_must_occur_once) {
    request r;
    r.headers.add("Cookie", "a=1; session=x=y; twice=1;b");
    r.headers.add("cookie", "twice=2;  last=\"q\" ");
    BOOST_TEST(r.cookie("a").value() == "1");
    BOOST_TEST(r.cookie("session").value() == "x=y");
    BOOST_TEST(r.cookie("last").value() == "\"q\"");
    BOOST_TEST(!r.cookie("twice").has_value());
    BOOST_TEST(!r.cookie("A").has_value());
    BOOST_TEST(!r.cookie("b").has_value());
    BOOST_TEST(!r.cookie("sess").has_value());
}

BOOST_AUTO_TEST_CASE(a_missing_capture_is_a_bug) {
    request r;
    r.captures.emplace_back("org", "acme");
    BOOST_TEST(r.capture("org") == "acme");
    BOOST_CHECK_THROW(r.capture("service"), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(encoding) {
    BOOST_TEST(form_encoded({}) == "");
    BOOST_TEST(form_encoded({{"a b", "c&d=e"}, {"\xC3\xA9", ""}}) == "a%20b=c%26d%3De&%C3%A9=");
    BOOST_TEST(encoded_segment("a/b?c.d-e_f~g\r\n") == "a%2Fb%3Fc.d-e_f~g%0D%0A");
    BOOST_TEST(pairs(form_encoded({{"x", "1+2 & 3%"}})) == "[x=1+2 & 3%]");
    BOOST_TEST(joined("/" + encoded_segment("a b+%")) == "[a b+%]");
}

BOOST_AUTO_TEST_CASE(responses) {
    auto const json = response::json(201, "{}");
    BOOST_TEST(json.status == 201);
    BOOST_TEST(json.headers.find("content-type").value() == "application/json");
    BOOST_TEST(response::no_content().status == 204);
    BOOST_TEST(response::see_other("/a").headers.find("Location").value() == "/a");
    BOOST_CHECK_THROW(response::see_other("/a\r\nX: b"), std::invalid_argument);
    BOOST_TEST(reason_phrase(404) == "Not Found");
    BOOST_TEST(reason_phrase(413) == "Content Too Large");
    BOOST_TEST(reason_phrase(422) == "Unprocessable Content");
    BOOST_TEST(reason_phrase(555) == "Unknown");
    BOOST_TEST(to_string(method::delete_) == "DELETE");
}

BOOST_AUTO_TEST_CASE(json_types) {
    for (std::string_view const type :
         {"application/json",
          "Application/JSON",
          "application/json; charset=utf-8",
          "application/json;charset=UTF-8",
          "application/json ; charset=\"utf-8\""}) {
        BOOST_TEST_CONTEXT(type) {
            BOOST_TEST(is_json_type(type));
        }
    }
    for (std::string_view const type :
         {"",
          "text/json",
          "application/jsonp",
          "application/json, text/plain",
          "application/json; charset=latin1",
          "application/json; charset=utf-8; a=b",
          "application/json;",
          "application/vnd.api+json",
          "text/plain"}) {
        BOOST_TEST_CONTEXT(type) {
            BOOST_TEST(!is_json_type(type));
        }
    }
}

BOOST_AUTO_TEST_CASE(lists) {
    std::string seen;
    for_each_element(" a ,,\tb,c d , ", [&](std::string_view element) {
        seen += "[" + std::string(element) + "]";
    });
    BOOST_TEST(seen == "[a][b][c d]");
}

BOOST_AUTO_TEST_SUITE_END()
