// Which requests are calls of which operations.
#include "grants_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::grants;
using test::sentry_call;

BOOST_AUTO_TEST_SUITE(plans)

namespace {

constexpr auto get = http::method::get;
constexpr auto put = http::method::put;
constexpr auto post = http::method::post;

std::string const event_id_text(32, 'a');

struct accepted {
    http::method method;
    std::string path;
    call_fields query;
    std::string body;
    std::string operation;
};

struct refused {
    http::method method;
    std::string path;
    call_fields query = {};
    std::string body = {};
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_listed_use_is_a_call_of_its_operation) {
    std::vector<accepted> const cases{
        {get, "api/0/organizations/", {}, "", "list_organizations"},
        {get, "api/0/organizations", {{"per_page", "10"}}, "", "list_organizations"},
        {get, "api/0/projects/", {{"cursor", "0:100:0"}}, "", "list_projects"},
        {get, "api/0/organizations/acme/projects/", {{"query", "web"}}, "", "list_projects"},
        {get, "api/0/projects/acme/web/issues/", {{"query", "is:unresolved"}}, "", "list_issues"},
        {get,
         "api/0/organizations/acme/issues/",
         {{"query", ""},
          {"project", "1"},
          {"project", "2"},
          {"statsPeriod", "14d"},
          {"sort", "date"},
          {"limit", "100"},
          {"environment", "production"}},
         "",
         "list_issues"},
        {get, "api/0/issues/4509877862268928/", {}, "", "get_issue"},
        {get, "api/0/organizations/acme/issues/WEB-1A/", {{"collapse", "stats"}}, "", "get_issue"},
        {get, "api/0/issues/1/events/", {{"full", "true"}}, "", "list_issue_events"},
        {get, "api/0/organizations/acme/issues/1/events/", {}, "", "list_issue_events"},
        {get, "api/0/issues/1/events/latest/", {}, "", "get_event"},
        {get, "api/0/organizations/acme/issues/1/events/" + event_id_text + "/", {}, "", "get_event"},
        {get, "api/0/organizations/acme/releases/", {{"query", "1.2"}}, "", "list_releases"},
        {get, "api/0/organizations/acme/releases/web@1.2+3/", {}, "", "get_release"},
        {get, "api/0/organizations/acme/releases/latest/deploys/", {}, "", "list_deploys"},
        {get, "api/0/organizations/acme/releases/1.2/commits/", {{"cursor", "0:100:0"}}, "", "list_commits"},
        {put, "api/0/issues/1/", {}, R"({"status":"resolved"})", "resolve_issue"},
        {put, "api/0/organizations/acme/issues/1/", {}, R"({"assignedTo":"user:7"})", "assign_issue"},
        {put,
         "api/0/issues/1/",
         {},
         R"({"status":"resolvedInNextRelease","assignedTo":""})",
         "resolve_issue,assign_issue"},
        {post, "api/0/issues/1/notes/", {}, "{\"text\":\"Rolled back.\\nWatching.\"}", "comment_issue"},
    };
    for (auto const& each : cases) BOOST_TEST_CONTEXT(each.path) {
            auto const call = plan(sentry_call(each.method, each.path, each.query, each.body));
            BOOST_TEST_REQUIRE(call.has_value());
            BOOST_TEST(call->name() == each.operation);
        }
}

BOOST_AUTO_TEST_CASE(whatever_is_not_listed_is_refused) {
    std::vector<refused> const cases{
        {get, ""},
        {get, "api"},
        {get, "api/0"},
        {get, "api/0/"},
        {get, "api/1/organizations/"},
        {get, "API/0/organizations/"},
        {get, "api/0//organizations/"},
        {get, "api/0/organizations//"},
        {get, "api/0/organizations/acme/"},
        {get, "api/0/organizations/acme/members/"},
        {get, "api/0/organizations/acme/../globex/issues/"},
        {get, "api/0/organizations/a/b/issues/"},
        {get, "api/0/organizations/acme/issues/1/hashes/"},
        {get, "api/0/organizations/acme/issues/1/events/latest/json/"},
        {get, "api/0/issues/1/events/newest/"},
        {get, "api/0/issues/1 2/"},
        {get, "api/0/issues/1?x=2/"},
        {get, "api/0/issues/{issue}/"},
        {get, "api/0/projects/acme/web/"},
        {get, "api/0/projects/acme/web/keys/"},
        {get, "api/0/users/me/"},
        {get, "api/0/sentry-app-installations/"},
        {get, "oauth/token/"},
        {post, "api/0/organizations/"},
        {put, "api/0/projects/acme/web/", {}, R"({"name":"x"})"},
        {http::method::delete_, "api/0/issues/1/"},
        {http::method::patch, "api/0/issues/1/", {}, R"({"status":"resolved"})"},
        // Parameters
        {get, "api/0/organizations/", {{"owner", "1"}}},
        {get, "api/0/organizations/", {{"per_page", "1000"}}},
        {get, "api/0/organizations/", {{"per_page", "1"}, {"per_page", "2"}}},
        {get, "api/0/organizations/acme/issues/", {{"expand", "owners"}}},
        {get, "api/0/organizations/acme/issues/", {{"project", "-1 or 1=1"}}},
        {get, "api/0/organizations/acme/issues/", {{"cursor", "javascript:0"}}},
        {get, "api/0/organizations/acme/issues/", {{"query", std::string("a\0b", 3)}}},
        {get, "api/0/organizations/acme/issues/", {{"query", std::string(1'001, 'x')}}},
        {get, "api/0/organizations/acme/issues/", {{"statsPeriod", "forever"}}},
        {get, "api/0/organizations/acme/issues/", {{"Query", "x"}}},
        // Bodies
        {get, "api/0/organizations/", {}, "{}"},
        {put, "api/0/issues/1/"},
        {put, "api/0/issues/1/", {}, "{}"},
        {put, "api/0/issues/1/", {}, "[]"},
        {put, "api/0/issues/1/", {}, R"({"status":"ignored"})"},
        {put, "api/0/issues/1/", {}, R"({"status":["resolved"]})"},
        {put, "api/0/issues/1/", {}, R"({"status":"resolved","isPublic":"true"})"},
        {put, "api/0/issues/1/", {}, R"({"status":"resolved","status":"resolved"})"},
        {put, "api/0/issues/1/", {{"project", "2"}}, R"({"status":"resolved"})"},
        {post, "api/0/issues/1/notes/", {}, R"({"text":""})"},
        {post, "api/0/issues/1/notes/", {}, R"({"text":"x","mentions":"y"})"},
    };
    for (auto const& each : cases) BOOST_TEST_CONTEXT(each.path << " " << each.body) {
            auto const call = plan(sentry_call(each.method, each.path, each.query, each.body));
            BOOST_TEST_REQUIRE(call.has_error());
            BOOST_TEST((call.error().code == errc::not_granted));
            BOOST_TEST(!call.error().detail.empty());
        }
}

BOOST_AUTO_TEST_CASE(the_version_of_a_release_is_one_segment) {
    std::vector<refused> const cases{
        {get, "api/0/organizations/acme/releases/../"},
        {get, "api/0/organizations/acme/releases/./deploys/"},
        {get, "api/0/organizations/acme/releases/a\\b/"},
        {get, "api/0/organizations/acme/releases/a\tb/commits/"},
        {get, "api/0/organizations/acme/releases/1.2/files/"},
        {get, "api/0/organizations/acme/releases/" + std::string(251, 'x') + "/"},
        {put, "api/0/organizations/acme/releases/1.2/", {}, R"({"status":"archived"})"},
        {post, "api/0/organizations/acme/releases/1.2/deploys/", {}, R"({"environment":"production"})"},
    };
    for (auto const& each : cases) BOOST_TEST_CONTEXT(each.path) {
            auto const call = plan(sentry_call(each.method, each.path, each.query, each.body));
            BOOST_TEST_REQUIRE(call.has_error());
            BOOST_TEST((call.error().code == errc::not_granted));
        }
}

BOOST_AUTO_TEST_CASE(a_call_by_name_becomes_the_same_call) {
    auto const issues =
        plan(named_call{"list_issues", {{"project", "web"}, {"query", "is:unresolved"}}, "0:100:0"});
    BOOST_TEST_REQUIRE(issues.has_value());
    BOOST_TEST(issues->path == "projects/{org}/{project}/issues");
    BOOST_TEST((issues->query == call_fields{{"query", "is:unresolved"}, {"cursor", "0:100:0"}}));
    auto const several = plan(named_call{"list_issues", {{"project", "web"}, {"project", "api"}}, ""});
    BOOST_TEST_REQUIRE(several.has_value());
    BOOST_TEST(several->path == "organizations/{org}/issues");
    auto const event = plan(named_call{"get_event", {{"issue", "1"}, {"event", "latest"}}, ""});
    BOOST_TEST_REQUIRE(event.has_value());
    BOOST_TEST(event->captured("event") == "latest");
    auto const resolved = plan(named_call{"resolve_issue", {{"issue", "1"}}, ""});
    BOOST_TEST_REQUIRE(resolved.has_value());
    BOOST_TEST((resolved->body == call_fields{{"status", "resolved"}}));
}

BOOST_AUTO_TEST_CASE(a_wrong_argument_of_a_call_by_name_is_named) {
    struct wrong {
        named_call call;
        std::string path;
    };
    std::vector<wrong> const cases{
        {{"delete_issue", {}, ""}, "operation"},
        {{"get_issue", {}, ""}, "args.issue"},
        {{"get_issue", {{"issue", "1"}, {"issue", "2"}}, ""}, "args.issue"},
        {{"get_issue", {{"issue", "1/events"}}, ""}, "args.issue"},
        {{"get_issue", {{"issue", "1"}, {"org", "globex"}}, ""}, "args.org"},
        {{"get_event", {{"issue", "1"}}, ""}, "args.event"},
        {{"get_release", {}, ""}, "args.version"},
        {{"list_deploys", {{"version", "a/b"}}, ""}, "args.version"},
        {{"list_issues", {{"limit", "0"}}, ""}, "args.limit"},
        {{"list_issues", {{"surprise", "1"}}, ""}, "args.surprise"},
        {{"list_issues", {}, "x"}, "args.cursor"},
        {{"get_issue", {{"issue", "1"}}, "0:1:0"}, "args.cursor"},
        {{"resolve_issue", {{"issue", "1"}, {"status", "ignored"}}, ""}, "args.status"},
        {{"assign_issue", {{"issue", "1"}}, ""}, "args.assignedTo"},
        {{"comment_issue", {{"issue", "1"}, {"text", "a"}, {"text", "b"}}, ""}, "args.text"},
    };
    for (auto const& each : cases) BOOST_TEST_CONTEXT(each.call.operation << " " << each.path) {
            auto const call = plan(each.call);
            BOOST_TEST_REQUIRE(call.has_error());
            BOOST_TEST((call.error().code == errc::invalid));
            BOOST_TEST_REQUIRE(call.error().fields.size() == 1U);
            BOOST_TEST(call.error().fields.front().path == each.path);
        }
}

BOOST_AUTO_TEST_SUITE_END()
