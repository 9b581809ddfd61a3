#include "gateway/request_query.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(request_queries)

namespace {

struct filter {
    std::vector<std::string> statuses;
    std::optional<std::string> search;
    std::optional<service_id> service;
    std::optional<timestamp> since;
    bool dry = true;
};

result<filter> read(std::vector<http::query_parameter> query) {
    http::request request;
    request.query = std::move(query);
    request_context ctx{request, {}, {}};
    return query_fields<filter>()
        .list("status", &filter::statuses, {"open", "resolved"})
        .text("q", &filter::search, 5)
        .id("service", &filter::service)
        .time("since", &filter::since)
        .flag("dry", &filter::dry)
        .as_input()
        .read(ctx);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_query_becomes_a_struct) {
    auto const full = read({{"status", "open, resolved"},
                            {"status", "open"},
                            {"q", "disk"},
                            {"service", "00000000-0000-4000-8000-000000000000"},
                            {"since", "2026-03-02T09:14:05Z"},
                            {"dry", "false"}})
                          .value();
    std::vector<std::string> const statuses = {"open", "resolved", "open"};
    BOOST_TEST(full.statuses == statuses, boost::test_tools::per_element());
    BOOST_TEST(full.search.value() == "disk");
    BOOST_TEST(full.service.has_value());
    BOOST_TEST(full.since.has_value());
    BOOST_TEST(!full.dry);
}

BOOST_AUTO_TEST_CASE(parameters_that_are_not_declared_or_repeated_are_named) {
    constexpr auto query = input_field::location::query;
    std::vector<input_field> const fields{
        {.in = query, .name = "status", .repeatable = true}, {.in = query, .name = "q"}, {.name = "note"}
    };
    auto const problem_of = [&](std::vector<http::query_parameter> given) {
        http::request request;
        request.query = std::move(given);
        auto const problem = misused_parameter(request, fields);
        return problem ? problem->fields.at(0).path + " " + problem->fields.at(0).message
                       : std::string("none");
    };
    BOOST_TEST(problem_of({}) == "none");
    BOOST_TEST(problem_of({{"status", "open"}, {"q", "disk"}, {"status", "resolved"}}) == "none");
    for (std::string const name : {"sort", "Status", "q[]", "note", ""})
        BOOST_TEST(
            problem_of({{"q", "disk"}, {name, ""}}) ==
            name + " is not known here; the parameters are status, q"
        );
    BOOST_TEST(problem_of({{"q", "a"}, {"q", "a"}}) == "q must be given once");
    http::request any;
    any.query = {{"sort", "x"}};
    BOOST_TEST(!misused_parameter(any, {{.name = "note"}}).has_value());
}

BOOST_AUTO_TEST_CASE(missing_and_empty_parameters_do_not_filter) {
    for (auto const& query :
         {std::vector<http::query_parameter>{}, {{"status", ""}, {"q", ""}, {"dry", ""}}}) {
        auto const none = read(query).value();
        BOOST_TEST(none.statuses.empty());
        BOOST_TEST(!none.search.has_value());
        BOOST_TEST(none.dry);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_parameter_is_refused_by_name) {
    for (auto const& wrong : std::vector<http::query_parameter>{
             {"status", "open,closed"},
             {"q", "longer"},
             {"service", "7"},
             {"since", "yesterday"},
             {"dry", "1"}
         }) {
        auto const outcome = read({wrong});
        BOOST_TEST_REQUIRE(!outcome.has_value(), wrong.name);
        BOOST_TEST((outcome.error().code == errc::invalid));
        BOOST_TEST(outcome.error().fields.at(0).path == wrong.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
