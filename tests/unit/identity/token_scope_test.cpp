// The roles and scopes of API tokens.
#include <tocsin/identity/token_scope.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tocsin::identity;

BOOST_AUTO_TEST_SUITE(token_scopes)

BOOST_AUTO_TEST_CASE(deployers_have_scopes_and_others_have_none) {
    auto const problem = [](token_role role, std::vector<std::string> const& scopes) {
        auto const read = scopes_of(role, scopes);
        return read ? std::string() : read.error().fields.front().path;
    };
    BOOST_TEST(problem(token_role::deployer, {"grants:call", "incidents:read"}) == "");
    BOOST_TEST(problem(token_role::deployer, {}) == "scopes");
    BOOST_TEST(problem(token_role::deployer, {"grants:call", "grants:call"}) == "scopes[1]");
    BOOST_TEST(problem(token_role::deployer, {"grants:*"}) == "scopes[0]");
    BOOST_TEST(problem(token_role::viewer, {"grants:call"}) == "scopes");
    BOOST_TEST(problem(token_role::admin, {}) == "");
}

BOOST_AUTO_TEST_CASE(a_token_has_the_rights_of_a_member_and_never_of_the_owner) {
    BOOST_TEST((rights_of(token_role::deployer) == role::viewer));
    BOOST_TEST((rights_of(token_role::viewer) == role::viewer));
    BOOST_TEST((rights_of(token_role::responder) == role::responder));
    BOOST_TEST((rights_of(token_role::admin) == role::admin));
    for (auto const* wrong : {"owner", "", "Deployer"}) BOOST_TEST(!parse_token_role(wrong).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
