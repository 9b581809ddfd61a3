#include <tocsin/incidents/alert_actions.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::incidents;

BOOST_AUTO_TEST_SUITE(alert_actions)

BOOST_AUTO_TEST_CASE(settings_are_judged_in_words_for_whoever_edits_the_rule) {
    std::vector<target_service> const services{{"checkout", "Checkout"}, {"web", "Web"}};
    struct {
        sentry::action_settings settings;
        char const* says;  ///< empty: right
    } const table[]{
        {{{"service", "checkout"}}, ""},
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
        auto const wrong = check_action_settings(row.settings, services);
        BOOST_TEST(wrong.has_value() == (row.says[0] != 0), row.says);
        if (wrong) BOOST_TEST(wrong->find(row.says) != std::string::npos, *wrong);
    }
}

BOOST_AUTO_TEST_SUITE_END()
