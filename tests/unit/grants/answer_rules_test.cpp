// What a grant with projects gets of Sentry's responses.
#include <tocsin/grants/answer_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tocsin::grants;

BOOST_AUTO_TEST_SUITE(answers)

namespace {

struct fixture {
    std::vector<project_ref> all;
    std::vector<project_ref> web{{"11", "web"}};
    sentry_scope open{"1", "acme", all};
    sentry_scope restricted{"1", "acme", web};

    std::string of(answer_kind kind, std::string body) const {
        return restrict_answer(kind, std::move(body), restricted).value_or("nothing");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(lists_keep_what_belongs_to_the_projects_byte_by_byte, fixture) {
    BOOST_TEST(
        of(answer_kind::projects, R"([{"id":"11", "x":1.50},{"id":"12"},{"id":11}])") ==
        R"([{"id":"11", "x":1.50},{"id":11}])"
    );
    BOOST_TEST(
        of(answer_kind::issues,
           R"([ {"id":"1","project":{"id":"12"},"title":"]},{"}, {"id":"2","project":{"id":"11"},"title":"a,\"]"} ])"
        ) == R"([{"id":"2","project":{"id":"11"},"title":"a,\"]"}])"
    );
    BOOST_TEST(
        of(answer_kind::events, R"([{"id":"e","projectID":"11"},{"id":"f","projectID":"12"},{"id":"g"}])") ==
        R"([{"id":"e","projectID":"11"}])"
    );
    BOOST_TEST(of(answer_kind::issues, "[]") == "[]");
}

BOOST_FIXTURE_TEST_CASE(single_things_of_other_projects_are_nothing, fixture) {
    auto const own = R"({"id":"2","project":{"id":"11"}})";
    BOOST_TEST(of(answer_kind::issue, own) == own);
    BOOST_TEST(of(answer_kind::issue, R"({"id":"2","project":{"id":"12","slug":"web"}})") == "nothing");
    BOOST_TEST(of(answer_kind::issue, R"({"id":"2"})") == "nothing");
    BOOST_TEST(of(answer_kind::event, R"({"id":"e","projectID":"11"})") == R"({"id":"e","projectID":"11"})");
    BOOST_TEST(of(answer_kind::event, R"({"id":"e","projectID":"12"})") == "nothing");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_of_the_kind_is_nothing, fixture) {
    for (auto const* const body : {"", "{}", "null", "7", "[", R"([7,"x",null,[]])", "<html>"})
        for (auto const kind : {answer_kind::issue, answer_kind::event})
            BOOST_TEST(of(kind, body) == "nothing", body);
    BOOST_TEST(of(answer_kind::issues, R"([7,"x",null,[]])") == "[]");
    BOOST_TEST(of(answer_kind::issues, R"({"project":{"id":"11"}})") == "nothing");
}

BOOST_FIXTURE_TEST_CASE(releases_show_the_own_projects_only, fixture) {
    BOOST_TEST(
        of(answer_kind::releases,
           R"([{"version":"1","projects":[{"id":12,"slug":"api"},{"id":11,"slug":"web"}],"n":1},{"version":"2","projects":[{"id":12}]},{"version":"3"}])"
        ) == R"([{"version":"1","projects":[{"id":11,"slug":"web"}],"n":1}])"
    );
    BOOST_TEST(
        of(answer_kind::issue,
           R"({"project":{"id":"11"},"firstRelease":{"version":"1","projects":[{"id":12,"slug":"api"}]},"lastRelease":null})"
        ) == R"({"project":{"id":"11"},"firstRelease":{"version":"1","projects":[]},"lastRelease":null})"
    );
    BOOST_TEST(
        of(answer_kind::event, R"({"projectID":"11","release":{"projects":[{"id":"12"},{"id":"11"}]}})") ==
        R"({"projectID":"11","release":{"projects":[{"id":"11"}]}})"
    );
}

BOOST_FIXTURE_TEST_CASE(one_release_is_shown_with_the_own_projects, fixture) {
    std::string const both = R"({"version":"1","projects":[{"id":12},{"id":11}],"n":1})";
    std::string const own = R"({"version":"1","projects":[{"id":11}],"n":1})";
    BOOST_TEST(of(answer_kind::release, both) == own);
    BOOST_TEST(of(answer_kind::whole_release, both) == "nothing", "its deploys may be of the other project");
    BOOST_TEST(of(answer_kind::whole_release, own) == own);
    for (auto const* const none :
         {R"({"version":"1","projects":[{"id":12}]})",
          R"({"version":"1","projects":[]})",
          R"({"version":"1"})",
          "[]"})
        for (auto const kind : {answer_kind::release, answer_kind::whole_release})
            BOOST_TEST(of(kind, none) == "nothing", none);
}

BOOST_FIXTURE_TEST_CASE(without_projects_only_organizations_are_restricted, fixture) {
    std::string const body = R"([{"id":"1","slug":"acme"},{"id":"2","slug":"globex"}])";
    BOOST_TEST(
        restrict_answer(answer_kind::organizations, body, open).value() == R"([{"id":"1","slug":"acme"}])"
    );
    BOOST_TEST(restrict_answer(answer_kind::issues, body, open).value() == body);
    BOOST_TEST(restrict_answer(answer_kind::change, "", restricted).value() == "");
}

BOOST_AUTO_TEST_CASE(links_keep_the_cursors_and_get_another_url) {
    std::string const sentry =
        R"(<https://sentry.io/api/0/x/?&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", )"
        R"(<https://sentry.io/api/0/x/?&cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0")";
    BOOST_TEST(
        link_of(sentry, "https://t.example/a?query=x") ==
        R"(<https://t.example/a?query=x&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", )"
        R"(<https://t.example/a?query=x&cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0")"
    );
    BOOST_TEST(link_of(R"(<x>; rel="next"; results="true"; cursor="\r\nSet-Cookie: a=b")", "u") == "");
    BOOST_TEST(link_of("garbage", "u") == "");
    BOOST_TEST(link_of("", "u") == "");
}

BOOST_AUTO_TEST_SUITE_END()
