#include "store/changes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

organization_id numbered(int n) {
    auto digits = std::to_string(n);
    return organization_id::parse("00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits)
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(changes_channel)

BOOST_AUTO_TEST_CASE(a_batch_needs_few_messages) {
    auto const one = numbered(1), two = numbered(2);
    auto const messages = messages_of({.incidents = {{one, {7, 9}}, {two, {1}}}, .deliveries = {one, two}});
    BOOST_REQUIRE(messages.size() == 2u);
    BOOST_TEST(messages[0] == "incident " + one.str() + " 7,9;" + two.str() + " 1");
    BOOST_TEST(messages[1] == "delivery " + one.str() + " *;" + two.str() + " *");
    BOOST_TEST(messages_of({}).empty());
}

BOOST_AUTO_TEST_CASE(messages_fit_into_notify) {
    changes all;
    for (int n = 0; n < 256; ++n) {
        all.deliveries.insert(numbered(n));
        for (int i = 0; i < 20; ++i) all.incidents[numbered(n)].insert(9'000'000'000'000'000'000 - i);
    }
    std::size_t organizations = 0;
    for (auto const& each : messages_of(all)) {
        BOOST_TEST(each.size() < 8'000u);
        organizations += static_cast<std::size_t>(std::count(each.begin(), each.end(), ';')) + 1;
    }
    BOOST_TEST(organizations == 512u);
    // Too many incidents of an organization: the message names none.
    all.incidents = {{numbered(1), {}}};
    for (int i = 1; i <= 21; ++i) all.incidents[numbered(1)].insert(i);
    BOOST_TEST(messages_of(all).front() == "incident " + numbered(1).str() + " *");
}

BOOST_AUTO_TEST_SUITE_END()
