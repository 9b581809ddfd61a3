#include "service/search_terms.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using tocsin::incidents::parse_search;

namespace {

/// A search as one text: `#number`, `id ID`, or the words in quotes.
std::string parsed(std::string_view query) {
    auto const terms = parse_search(query);
    if (terms.number) return "#" + std::to_string(*terms.number);
    return terms.source ? "id " + *terms.source : "\"" + terms.words + "\"";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terms_of_a_search)

BOOST_AUTO_TEST_CASE(a_link_to_sentry_names_an_issue_or_an_alert) {
    for (auto const* const link :
         {"https://sentry.io/organizations/northwind/issues/4509877862268928/",
          "https://northwind.sentry.io/issues/4509877862268928",
          "https://northwind.sentry.io/issues/4509877862268928/?project=4505281256090153&query=is%3Aunresolved&referrer=issue-stream",
          "https://northwind.sentry.io/issues/4509877862268928/events/0123456789abcdef0123456789abcdef/",
          "https://sentry.io/organizations/northwind/issues/4509877862268928/events/latest/#exception",
          "https://sentry.example/sentry/checkout/issues/4509877862268928/",
          "https://sentry.io/api/0/organizations/northwind/issues/4509877862268928/",
          "northwind.sentry.io/issues/4509877862268928/",
          " <https://northwind.sentry.io/issues/4509877862268928/|PAY-1> ",
          "https://northwind.sentry.io/issues/feedback/?feedbackSlug=checkout%3A4509877862268928&project=1",
          "https://northwind.sentry.io/issues/feedback/?feedbackSlug=checkout-2%3A4509877862268928"})
        BOOST_TEST(parsed(link) == "id 4509877862268928", link);
    BOOST_TEST(
        parsed("https://sentry.io/organizations/northwind/issues/CHECKOUT-API-1F/") == "id CHECKOUT-API-1F"
    );
    BOOST_TEST(
        parsed("https://sentry.io/organizations/northwind/alerts/rules/details/456/?alert=789") == "id 456"
    );
}

BOOST_AUTO_TEST_CASE(a_number_sign_or_a_link_names_an_incident) {
    BOOST_TEST(parsed("#42") == "#42");
    BOOST_TEST(parsed(" #42 ") == "#42");
    BOOST_TEST(parsed("https://tocsin.example/o/northwind/incidents/42") == "#42");
    BOOST_TEST(parsed("https://tocsin.example/o/northwind/incidents/42?tab=timeline") == "#42");
}

BOOST_AUTO_TEST_CASE(everything_else_is_words) {
    for (auto const* const words :
         {"payment gateway",
          "4509877862268928",
          "CHECKOUT-1",
          "#payment",
          "/issues/42/view",
          "GET https://shop.example/issues/42 failed",
          "https://northwind.sentry.io/issues/?query=is%3Aunresolved",
          "https://shop.example/health",
          "shop.cart/charge",
          ""})
        BOOST_TEST(parsed(words) == "\"" + std::string(words) + "\"");
}

BOOST_AUTO_TEST_SUITE_END()
