#include <tocsin/observe/metrics.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tocsin;

namespace {

bool has_line(std::string const& exposition, std::string_view line) {
    auto const wanted = "\n" + std::string(line) + "\n";
    return ("\n" + exposition).find(wanted) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(all_kinds_are_exposed) {
    observe::metrics metrics;
    metrics.declare_counter("tocsin_requests_total", "Requests answered.");
    metrics.declare_gauge("tocsin_open", "Open incidents.");
    metrics.declare_histogram("tocsin_duration_seconds", "How long it took.", {0.1, 1});
    metrics.count("tocsin_requests_total", {{"route", "/livez"}, {"code", "200"}});
    metrics.count("tocsin_requests_total", {{"code", "200"}, {"route", "/livez"}}, 2);
    metrics.count("tocsin_requests_total", {{"route", "a\"b\\c\n"}, {"code", "404"}});
    metrics.set("tocsin_open", 5);
    metrics.set("tocsin_open", 3.5);
    metrics.observe("tocsin_duration_seconds", 0.05);
    metrics.observe("tocsin_duration_seconds", 0.5);
    metrics.observe("tocsin_duration_seconds", 5);

    auto const text = metrics.exposition();
    for (std::string_view const line :
         {"# HELP tocsin_requests_total Requests answered.",
          "# TYPE tocsin_requests_total counter",
          "tocsin_requests_total{code=\"200\",route=\"/livez\"} 3",
          "tocsin_requests_total{code=\"404\",route=\"a\\\"b\\\\c\\n\"} 1",
          "# TYPE tocsin_open gauge",
          "tocsin_open 3.5",
          "# TYPE tocsin_duration_seconds histogram",
          "tocsin_duration_seconds_count 3",
          "tocsin_duration_seconds_sum 5.55",
          "tocsin_duration_seconds_bucket{le=\"0.1\"} 1",
          "tocsin_duration_seconds_bucket{le=\"1\"} 2",
          "tocsin_duration_seconds_bucket{le=\"+Inf\"} 3"}) {
        BOOST_TEST_CONTEXT(line << " in\n" << text) {
            BOOST_TEST(has_line(text, line));
        }
    }
}

BOOST_AUTO_TEST_CASE(undeclared_and_mistaken_names_are_bugs) {
    observe::metrics metrics;
    metrics.declare_counter("tocsin_a_total", "A.");
    BOOST_CHECK_THROW(metrics.count("tocsin_b_total"), std::logic_error);
    BOOST_CHECK_THROW(metrics.set("tocsin_a_total", 1), std::logic_error);
    BOOST_CHECK_THROW(metrics.observe("tocsin_a_total", 1), std::logic_error);
    BOOST_CHECK_THROW(metrics.declare_gauge("tocsin_a_total", "Again."), std::logic_error);
    BOOST_CHECK_THROW(metrics.declare_counter("tocsin_a_total", "Again."), std::logic_error);
}

BOOST_AUTO_TEST_CASE(gauges_are_refreshed_before_each_exposition) {
    observe::metrics metrics;
    metrics.declare_gauge("tocsin_open", "Open incidents.");
    int calls = 0;
    metrics.before_exposition([&] { metrics.set("tocsin_open", ++calls); });
    BOOST_TEST(has_line(metrics.exposition(), "tocsin_open 1"));
    BOOST_TEST(has_line(metrics.exposition(), "tocsin_open 2"));
}

BOOST_AUTO_TEST_CASE(threads_lose_no_count) {
    observe::metrics metrics;
    metrics.declare_counter("tocsin_a_total", "A.");
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([&metrics] {
            for (int round = 0; round < 500; ++round)
                metrics.count("tocsin_a_total", {{"outcome", "opened"}});
        });
    }
    for (int round = 0; round < 10; ++round) metrics.exposition();
    for (auto& thread : threads) thread.join();
    BOOST_TEST(has_line(metrics.exposition(), "tocsin_a_total{outcome=\"opened\"} 2000"));
}

BOOST_AUTO_TEST_SUITE_END()
