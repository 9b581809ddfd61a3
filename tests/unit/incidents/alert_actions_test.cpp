#include <tocsin/incidents/alert_actions.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::incidents;

BOOST_AUTO_TEST_SUITE(alert_actions)

BOOST_AUTO_TEST_CASE(problems_are_explained_to_the_person_who_edits_the_rule) {
    auto const checkout = *service_id::parse("01900000-0000-7000-8000-0000000000c1");
    std::vector<target_service> const services{
        {checkout, "checkout", "Checkout", {"cart", "basket"}}, {{}, "web", "Web"}
    };
    struct {
        sentry::action_settings settings;
        char const* problem;  ///< part of its text; empty if the settings are valid
    } const table[]{
        {{{"service", "checkout"}}, ""},
        {{{"service", checkout.str()}}, ""},
        {{{"service", "basket"}}, ""},
        {{{"service", "01900000-0000-7000-8000-0000000000c2"}}, "no service"},
        {{{"service", " web "},
          {"severity", "critical"},
          {"open", "false"},
          {"notes", "call"},
          {"environments", "a, b"}},
         ""},
        {{{"service", "web"}, {"severity", ""}, {"open", ""}}, ""},
        {{}, "Choose the service"},
        {{{"service", ""}}, "Choose the service"},
        {{{"service", "gone"}}, "no service \"gone\""},
        {{{"service", "web"}, {"severity", "fatal"}}, "severity"},
        {{{"service", "web"}, {"open", "yes"}}, "true or false"},
        {{{"service", "web"}, {"environments", std::string(60, ',')}}, "50 environments"},
    };
    for (auto const& row : table) {
        auto const problem = check_action_settings(row.settings, services);
        BOOST_TEST(problem.has_value() == (row.problem[0] != 0), row.problem);
        if (problem) BOOST_TEST(problem->find(row.problem) != std::string::npos, *problem);
    }
}

BOOST_AUTO_TEST_SUITE_END()
