// What a page says.
#include <tocsin/notify/page_text.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::notify;

BOOST_AUTO_TEST_SUITE(page_text)

namespace {

outgoing_page sample() {
    outgoing_page page;
    page.organization_slug = "acme";
    page.organization_name = "Acme";
    page.incident = 42;
    page.title = "Checkout fails";
    page.severity = "critical";
    page.service = "Payments";
    page.address = secret("ann@acme.example");
    page.link = secret("fake-link");
    return page;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_subject_and_the_first_line_say_what_matters) {
    auto const mail = mail_of(sample(), "https://tocsin.example");
    BOOST_TEST(mail.to == "ann@acme.example");
    BOOST_TEST(mail.subject == "#42 critical in Payments: Checkout fails");
    BOOST_TEST(
        mail.text ==
        "#42 critical in Payments: Checkout fails\n"
        "\n"
        "Acknowledge: https://tocsin.example/page/fake-link\n"
        "Incident: https://tocsin.example/o/acme/incidents/42\n"
        "\n"
        "Acme pages you with high urgency. Until a person acknowledges, the policy goes on to its next steps.\n"
    );
}

BOOST_AUTO_TEST_CASE(it_names_environment_release_and_the_issue_where_they_are_known) {
    auto page = sample();
    page.environment = "production";
    page.release = "1.2";
    page.url = "https://sentry.example/issues/7/";
    auto const text = mail_of(page, "https://tocsin.example").text;
    BOOST_TEST(text.find("Environment: production\nRelease: 1.2\n") != std::string::npos);
    BOOST_TEST(text.find("Sentry: https://sentry.example/issues/7/\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(emails_of_an_incident_form_a_thread) {
    auto other = sample();
    other.incident = 43;
    BOOST_TEST(mail_of(sample(), "").thread == mail_of(sample(), "").thread);
    BOOST_TEST(mail_of(sample(), "").thread != mail_of(other, "").thread);
}

BOOST_AUTO_TEST_SUITE_END()
