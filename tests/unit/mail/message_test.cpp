#include <tocsin/base/encoding.hpp>
#include <tocsin/mail/message.hpp>

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace tocsin;
using mail::render;

BOOST_AUTO_TEST_SUITE(messages)

namespace {

std::string rendered(std::string subject, std::string text = "Hello") {
    return render(
        {"ada@acme.example", std::move(subject), std::move(text)},
        "tocsin@acme.example",
        parse_rfc3339("2026-03-02T09:14:05Z").value(),
        "fake-id"
    );
}

std::string header(std::string const& wire, std::string const& name) {
    auto const begin = wire.find("\r\n" + name + ": ") + name.size() + 4;
    auto end = wire.find("\r\n", begin);
    while (wire[end + 2] == ' ') end = wire.find("\r\n", end + 2);
    return wire.substr(begin, end - begin);
}

/// What the encoded words of a header say.
std::string decoded(std::string const& value) {
    std::string out;
    std::istringstream words(value);
    for (std::string word; words >> word;) {
        BOOST_TEST(word.size() <= 75U);
        BOOST_TEST_REQUIRE(word.starts_with("=?UTF-8?B?"));
        out += as_text(from_base64(word.substr(10, word.size() - 12)).value());
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_on_the_wire) {
    auto const wire = rendered("You are invited", "One\nTwo\n");
    BOOST_TEST(wire.starts_with("From: tocsin@acme.example\r\nTo: ada@acme.example\r\n"));
    BOOST_TEST(header(wire, "Date") == "Mon, 02 Mar 2026 09:14:05 +0000");
    BOOST_TEST(header(wire, "Message-ID") == "<fake-id@acme.example>");
    BOOST_TEST(decoded(header(wire, "Subject")) == "You are invited");
    auto const body = wire.substr(wire.find("\r\n\r\n") + 4);
    BOOST_TEST(as_text(from_base64(body.substr(0, body.size() - 2)).value()) == "One\r\nTwo\r\n");
}

BOOST_AUTO_TEST_CASE(a_subject_cannot_end_its_header) {
    auto const wire = rendered("x\r\nBcc: everybody@example.com\r\n\r\nhello");
    BOOST_TEST(wire.find("Bcc") == std::string::npos);
    BOOST_TEST(decoded(header(wire, "Subject")) == "x  Bcc: everybody@example.com    hello");
}

BOOST_AUTO_TEST_CASE(a_long_subject_is_cut_between_characters) {
    std::string subject;
    for (int i = 0; i < 60; ++i) subject += "ü💥a";
    BOOST_TEST(decoded(header(rendered(subject), "Subject")) == subject);
    BOOST_TEST(decoded(header(rendered(""), "Subject")).empty());
}

BOOST_AUTO_TEST_CASE(a_subject_that_is_no_utf_8_ends_all_the_same) {
    std::string const odd = "s" + std::string(200, '\xA6') + "m";
    BOOST_TEST(decoded(header(rendered(odd), "Subject")) == odd);
}

BOOST_AUTO_TEST_CASE(lines_are_short) {
    std::istringstream lines(rendered("x", std::string(10'000, 'y')));
    for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 78U);
}

BOOST_AUTO_TEST_CASE(addresses) {
    for (auto const* good : {"a@b", "ada.l+x@acme.example", "o'neill@acme.example"})
        BOOST_TEST(mail::is_mailable(good));
    for (auto const* bad :
         {"",
          "@",
          "a@",
          "@b",
          "a@b@c",
          "a b@c",
          "a@b>",
          "<a@b",
          "a@b,c@d",
          "a@b\r\nRCPT TO:<x@y>",
          "\"a\"@b",
          "ü@b"}) {
        BOOST_TEST(!mail::is_mailable(bad));
        BOOST_CHECK_THROW(render({bad, "x", "y"}, "a@b", timestamp{}, "id"), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
