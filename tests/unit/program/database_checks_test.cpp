#include "tocsin/database_checks.hpp"

#include "tocsin/pools.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

using namespace tocsin;
using namespace tocsin::program;

BOOST_AUTO_TEST_SUITE(database_checks)

namespace {

timestamp const now{std::chrono::hours(500'000)};

server_facts healthy() {
    server_facts facts;
    facts.version = 15;
    facts.is_durable = true;
    facts.now = now;
    facts.connections = 97;
    facts.login = "tocsin";
    return facts;
}

finding find(findings const& all, std::string const& name) {
    auto const found =
        std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.name == name; });
    BOOST_TEST_REQUIRE((found != all.end()), name);
    return *found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_healthy_server_has_no_problem) {
    for (auto const& each : judge_server(healthy(), {}, now))
        BOOST_TEST((each.outcome == outcome::ok), each.name << ": " << each.detail);
}

BOOST_AUTO_TEST_CASE(each_problem_is_found) {
    struct {
        std::function<void(server_facts&)> change;
        std::string name;
        outcome expected;
        std::string detail;
    } const table[] = {
        {[](auto& f) { f.is_durable = false; },
         "durability",
         outcome::failed,
         "TOCSIN_ALLOW_UNSAFE=database_durability"},
        {[](auto& f) { f.is_superuser = true; }, "login", outcome::failed, "is a superuser"},
        {[](auto& f) { f.creates_roles = true; }, "login", outcome::failed, "can create roles"},
        {[](auto& f) { f.bypasses_row_security = true; },
         "login",
         outcome::failed,
         "bypasses row-level security"},
        {[](auto& f) { f.owns_schema = true; }, "login", outcome::failed, "owns the schema"},
        {[](auto& f) { f.inherits = true; }, "login", outcome::note, "NOINHERIT"},
        {[](auto& f) { f.connections = connections_per_process - 1; },
         "connections",
         outcome::failed,
         "max_connections"},
        {[](auto& f) { f.connections = 2 * connections_per_process - 1; },
         "connections",
         outcome::note,
         "max_connections"},
        {[](auto& f) { f.login_connections = 5; }, "connections", outcome::failed, "allows 5 connections"},
        {[](auto& f) { f.database_connections = 6; }, "connections", outcome::failed, "allows 6 connections"},
        {[](auto& f) { f.synchronous_standbys = "b"; }, "standbys", outcome::failed, "no standby is connected"
        },
        {[](auto& f) {
             f.synchronous_standbys = "b";
             f.standbys = 1;
         },
         "standbys",
         outcome::ok,
         "commits wait for b"},
        {[](auto& f) { f.now -= std::chrono::seconds(5); }, "clock", outcome::failed, "time service"},
        {[](auto& f) { f.now += std::chrono::seconds(4); }, "clock", outcome::ok, "agree"},
    };
    for (auto const& row : table) {
        auto facts = healthy();
        row.change(facts);
        auto const found = find(judge_server(facts, {}, now), row.name);
        BOOST_TEST_CONTEXT("case " << (&row - table) << ", " << row.name) {
            BOOST_TEST((found.outcome == row.expected), found.detail);
            BOOST_TEST(found.detail.find(row.detail) != std::string::npos, found.detail);
        }
    }
}

BOOST_AUTO_TEST_CASE(durability_can_be_waived) {
    auto facts = healthy();
    facts.is_durable = false;
    auto const waived = judge_server(facts, {{unsafe_state::database_durability}}, now);
    BOOST_TEST((find(waived, "durability").outcome == outcome::note));
}

BOOST_AUTO_TEST_CASE(the_schema_is_judged) {
    auto const judge = [](schema_facts const& facts, std::string const& name) {
        return find(judge_schema(facts), name).outcome;
    };
    schema_facts healthy;
    healthy.is_recorded = true;
    BOOST_TEST((judge(healthy, "schema objects") == outcome::ok));
    BOOST_TEST((judge(healthy, "partitions") == outcome::ok));
    auto changed = healthy;
    changed.has_changed = true;
    BOOST_TEST((judge(changed, "schema objects") == outcome::failed));
    changed = healthy;
    changed.rights_have_changed = true;
    BOOST_TEST((judge(changed, "schema objects") == outcome::failed));
    changed = healthy;
    changed.is_recorded = false;
    BOOST_TEST((judge(changed, "schema objects") == outcome::note));
    changed = healthy;
    changed.missing_partitions = {"2026-12-01"};
    BOOST_TEST((judge(changed, "partitions") == outcome::failed));
}

BOOST_AUTO_TEST_SUITE_END()
