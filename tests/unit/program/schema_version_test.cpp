#include "tocsin/schema_version.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin::program;

BOOST_AUTO_TEST_SUITE(schema_version)

BOOST_AUTO_TEST_CASE(the_schema_that_the_program_was_built_for_matches) {
    BOOST_TEST((compare_schema(required_schema_version).fit == schema_fit::matching));
}

BOOST_AUTO_TEST_CASE(an_older_schema_is_to_be_migrated) {
    for (int const version : {0, required_schema_version - 1}) {
        auto const check = compare_schema(version);
        BOOST_TEST((check.fit == schema_fit::older));
        BOOST_TEST(check.message.find("deploy/migrate") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_newer_schema_asks_for_a_newer_program) {
    auto const check = compare_schema(required_schema_version + 1);
    BOOST_TEST((check.fit == schema_fit::newer));
    BOOST_TEST(check.message.find("update the program") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
