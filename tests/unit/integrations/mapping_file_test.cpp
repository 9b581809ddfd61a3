#include <tocsin/integrations/mapping_file.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin::integrations;

BOOST_AUTO_TEST_SUITE(mapping_file)

BOOST_AUTO_TEST_CASE(spreadsheet_csv_is_read) {
    auto const lines = parse_mapping_file(
        "\xEF\xBB\xBFservice,\"sentry_project\"\r\ncheckout,\"web, \"\"new\"\"\"\r\n\r\n api , "
        "4505281256090153 \r\n"
    );
    BOOST_REQUIRE(lines.has_value());
    BOOST_REQUIRE(lines->size() == 2u);
    BOOST_TEST(lines->at(0).sentry_project == "web, \"new\"");
    BOOST_TEST(lines->at(0).service == "checkout");
    BOOST_TEST(lines->at(1).line == 4u);
    BOOST_TEST(lines->at(1).sentry_project == "4505281256090153");
    BOOST_TEST(parse_mapping_file("sentry_project,service\n")->empty());
}

BOOST_AUTO_TEST_CASE(all_problems_are_reported_with_their_lines) {
    auto const rejected =
        parse_mapping_file("sentry_project,service\na,b\nonly\n,b\nc,\na,d\nx,\"open\ny,b\"c\n");
    BOOST_REQUIRE(!rejected.has_value());
    std::vector<std::string> paths;
    for (auto const& each : rejected.error().fields) paths.push_back(each.path);
    std::vector<std::string> const expected{"line 3", "line 4", "line 5", "line 6", "line 7", "line 8"};
    BOOST_TEST(paths == expected, boost::test_tools::per_element());
    for (char const* text : {"", "project,service\na,b\n", "sentry_project\n", "\xff"})
        BOOST_TEST(!parse_mapping_file(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
