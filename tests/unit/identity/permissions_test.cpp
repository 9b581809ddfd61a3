#include <tocsin/identity/principal.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin::identity;

BOOST_AUTO_TEST_SUITE(permissions)

namespace {

constexpr role every_role[] = {role::viewer, role::responder, role::admin, role::owner};

struct table_row {
    permission wanted;
    bool viewer, responder, admin, owner;
};

constexpr table_row table[] = {
    {permission::anyone, true, true, true, true},
    {permission::authenticated, true, true, true, true},
    {permission::view, true, true, true, true},
    {permission::respond, false, true, true, true},
    {permission::administer, false, false, true, true},
    {permission::own, false, false, false, true},
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_role_has_exactly_the_permissions_of_the_table) {
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT("permission " << to_string(row.wanted)) {
            BOOST_TEST(allows(role::viewer, row.wanted) == row.viewer);
            BOOST_TEST(allows(role::responder, row.wanted) == row.responder);
            BOOST_TEST(allows(role::admin, row.wanted) == row.admin);
            BOOST_TEST(allows(role::owner, row.wanted) == row.owner);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_permission_is_never_allowed) {
    for (auto const has : every_role) BOOST_TEST(!allows(has, static_cast<permission>(99)));
}

BOOST_AUTO_TEST_CASE(role_names_round_trip) {
    for (auto const each : every_role) BOOST_TEST((parse_role(to_string(each)) == each));
    for (auto const* wrong : {"", "Owner", "root", "viewer "}) BOOST_TEST(!parse_role(wrong).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
