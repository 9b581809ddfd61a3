#include <tocsin/mail/server.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using mail::protection;

BOOST_AUTO_TEST_SUITE(servers)

BOOST_AUTO_TEST_CASE(with_and_without_what_may_be_left_out) {
    auto const whole =
        mail::parse_server(secret("smtp://fake%40user:fake%3Apass@mail.example.com:2525")).value();
    BOOST_TEST((whole.protection == protection::starttls));
    BOOST_TEST(whole.host == "mail.example.com");
    BOOST_TEST(whole.port == 2525);
    BOOST_TEST(whole.user == "fake@user");
    BOOST_TEST(whole.password.reveal() == "fake:pass");
    auto const tls = mail::parse_server(secret("smtps://mail.example.com")).value();
    BOOST_TEST((tls.protection == protection::tls));
    BOOST_TEST(tls.port == 465);
    BOOST_TEST(tls.user.empty());
}

BOOST_AUTO_TEST_CASE(only_loopback_is_spoken_to_plainly) {
    for (auto const* here : {"smtp://127.0.0.1:25", "smtp://localhost", "smtp://[::1]:25"})
        BOOST_TEST((mail::parse_server(secret(here))->protection == protection::none));
    for (auto const* there : {"smtp://10.0.0.1", "smtp://localhost.example.com"})
        BOOST_TEST((mail::parse_server(secret(there))->protection == protection::starttls));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_without_showing_it) {
    for (auto const* bad :
         {"",
          "mail.example.com",
          "http://mail.example.com",
          "smtp://",
          "smtp://host/path",
          "smtp://host?x=y",
          "smtp://host:0"}) {
        auto const refused = mail::parse_server(secret(bad));
        BOOST_TEST_REQUIRE(refused.has_error());
        BOOST_TEST((refused.error().code == errc::invalid));
    }
}

BOOST_AUTO_TEST_SUITE_END()
