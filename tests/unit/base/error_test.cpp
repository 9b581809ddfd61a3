#include <tocsin/base/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(every_code_has_the_name_of_the_contract) {
    std::vector<std::pair<errc, std::string_view>> const table{
        {errc::unauthenticated, "unauthenticated"},
        {errc::forbidden, "forbidden"},
        {errc::not_found, "not_found"},
        {errc::invalid, "invalid"},
        {errc::conflict, "conflict"},
        {errc::already_claimed, "already_claimed"},
        {errc::mode_not_configured, "mode_not_configured"},
        {errc::other_organization, "other_organization"},
        {errc::illegal_transition, "illegal_transition"},
        {errc::in_use, "in_use"},
        {errc::sentry_refused, "sentry_refused"},
        {errc::rate_limited, "rate_limited"},
        {errc::unavailable, "unavailable"},
        {errc::internal, "internal"},
    };
    for (auto const& [code, name] : table) BOOST_TEST(to_string(code) == name);
}

BOOST_AUTO_TEST_CASE(value_of_a_failure_throws_its_error) {
    result<int> const failed = error{errc::not_found, "There is no such incident."};
    BOOST_CHECK_EXCEPTION(failed.value(), failure, [](failure const& thrown) {
        return thrown.why().code == errc::not_found &&
               thrown.what() == std::string_view("There is no such incident.");
    });
    result<> const failed_without_value = error{errc::invalid, "No.", {{"items[2]", "is required"}}};
    BOOST_CHECK_EXCEPTION(failed_without_value.value(), failure, [](failure const& thrown) {
        return thrown.why().fields.at(0).path == "items[2]";
    });
}

BOOST_AUTO_TEST_CASE(value_of_a_success) {
    result<int> const good = 7;
    BOOST_TEST(good.value() == 7);
    result<> const nothing{};
    BOOST_TEST(nothing.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
