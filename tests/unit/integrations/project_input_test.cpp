#include <tocsin/integrations/project_names.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin::integrations;

BOOST_AUTO_TEST_SUITE(project_input)

BOOST_AUTO_TEST_CASE(slugs_ids_and_addresses) {
    struct {
        char const* text;
        char const* project;
    } const table[]{
        {"checkout", "checkout"},
        {" 4505281256090153\n", "4505281256090153"},
        {"https://northwind.sentry.io/projects/checkout/", "checkout"},
        {"https://northwind.sentry.io/projects/checkout/?project=4505281256090153", "checkout"},
        {"https://northwind.sentry.io/insights/projects/checkout", "checkout"},
        {"https://sentry.io/organizations/northwind/projects/checkout/?statsPeriod=14d#top", "checkout"},
        {"https://northwind.sentry.io/settings/projects/checkout/keys/", "checkout"},
        {"https://sentry.example:9000/settings/northwind/projects/checkout/", "checkout"},
        {"https://northwind.sentry.io/issues/?statsPeriod=14d&project=4505281256090153", "4505281256090153"},
        {"https://northwind.sentry.io/issues/?project=-1", ""},
        {"https://northwind.sentry.io/projects/", ""},
        {"https://northwind.sentry.io/projects/new/", ""},
        {"https://northwind.sentry.io/issues/4517203344/", ""},
        {"https://northwind.sentry.io", ""},
        {"", ""},
    };
    for (auto const& row : table) BOOST_TEST(project_from_input(row.text) == row.project, row.text);
}

BOOST_AUTO_TEST_SUITE_END()
