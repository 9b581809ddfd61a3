#include <tocsin/integrations/scope_rules.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin::integrations;

BOOST_AUTO_TEST_SUITE(scope_rules)

BOOST_AUTO_TEST_CASE(a_higher_level_implies_the_lower_ones) {
    struct {
        std::vector<std::string> granted;
        std::vector<std::string> missing;
    } const table[]{
        {{"org:read", "project:read", "team:read", "event:read"}, {}},
        {{"org:admin", "project:write", "team:write", "event:admin"}, {}},
        {{}, {"org:read", "project:read", "team:read", "event:read"}},
        {{"org:read", "project:releases", "team:read", "event:read"}, {"project:read"}},
        {{"org:integrations", "project:read", "team:read", "event:"}, {"org:read", "event:read"}},
        {{"organization:read", "project:read", "team:read", "event:read"}, {"org:read"}},
    };
    for (auto const& row : table) {
        std::vector<std::string> names;
        for (auto const& each : missing_scopes(mode::public_, row.granted)) {
            names.push_back(each.scope);
            BOOST_TEST(!each.consequence.empty());
        }
        BOOST_TEST(names == row.missing, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(requested_scopes_are_enough) {
    BOOST_TEST(missing_scopes(mode::oauth, requested_scopes()).empty());
    BOOST_TEST(requested_scopes().size() == 4u);
    BOOST_TEST(missing_scopes(mode::internal, {"org:read", "project:read", "event:read"}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
