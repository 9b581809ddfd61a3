#include <tocsin/integrations/project_lists.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace std::chrono_literals;
using integrations::project_lists;

namespace {

integration_id const first{uuid(uuid::bytes_type{1})}, second{uuid(uuid::bytes_type{2})};
auto const stored_at = parse_rfc3339("2026-03-02T09:00:00Z");
auto const later = parse_rfc3339("2026-03-02T10:00:00Z");

std::vector<sentry::project> projects_of(std::size_t count) {
    return std::vector<sentry::project>(count);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lists_of_projects)

BOOST_AUTO_TEST_CASE(a_list_is_remembered_for_a_minute_and_for_its_token) {
    project_lists::time_point now{1h};
    project_lists lists([&] { return now; });
    BOOST_TEST(lists.find(first, stored_at) == nullptr);
    lists.store(first, stored_at, projects_of(3));
    BOOST_REQUIRE(lists.find(first, stored_at) != nullptr);
    BOOST_TEST(lists.find(first, stored_at)->size() == 3);
    BOOST_TEST(lists.find(first, later) == nullptr);
    BOOST_TEST(lists.find(second, stored_at) == nullptr);
    now += project_lists::lifetime - 1s;
    BOOST_TEST(lists.find(first, stored_at) != nullptr);
    now += 1s;
    BOOST_TEST(lists.find(first, stored_at) == nullptr);
    lists.store(first, later, projects_of(4));
    BOOST_TEST(lists.find(first, later)->size() == 4);
}

BOOST_AUTO_TEST_CASE(the_number_of_projects_is_limited) {
    project_lists lists([] { return project_lists::time_point{1h}; });
    lists.store(first, stored_at, projects_of(project_lists::max_projects));
    lists.store(first, stored_at, projects_of(project_lists::max_projects));
    BOOST_TEST(lists.find(first, stored_at) != nullptr);
    lists.store(second, stored_at, projects_of(1));
    BOOST_TEST(lists.find(first, stored_at) == nullptr);
    BOOST_TEST(lists.find(second, stored_at) != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
