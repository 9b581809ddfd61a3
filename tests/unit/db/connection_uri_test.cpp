#include "connection.hpp"

#include <boost/test/unit_test.hpp>

using namespace tocsin;

namespace {

std::string uri_of(std::string url) {
    db::pool_options options;
    options.name = "tocsin test";
    options.role = "tocsin_gateway";
    options.url = secret(std::move(url));
    return db::connection_uri(options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_uri)

BOOST_AUTO_TEST_CASE(role_and_timeouts_are_set) {
    auto const uri = uri_of("postgresql://login@db.example/tocsin");
    BOOST_TEST(uri.starts_with("postgresql://login@db.example/tocsin?options="));
    for (auto const* part :
         {"role%3Dtocsin_gateway",
          "synchronous_commit%3Don",
          "statement_timeout%3D5000",
          "connect_timeout=3",
          "tcp_user_timeout=5000",
          "application_name=tocsin%20test"})
        BOOST_TEST(uri.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(key_lookups_scan_no_tables) {
    db::pool_options options;
    options.url = secret("postgresql://db.example/tocsin");
    BOOST_TEST(db::connection_uri(options).find("enable_seqscan") == std::string::npos);
    options.only_looks_up_keys = true;
    BOOST_TEST(db::connection_uri(options).find("enable_seqscan%3Doff") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(parameters_of_the_operator_are_kept) {
    auto const uri = uri_of(
        "postgresql://a,b/tocsin?target_session_attrs=read-write&options=-c%20work_mem%3D8MB&sslmode=verify-full"
    );
    BOOST_TEST(uri.starts_with(
        "postgresql://a,b/tocsin?target_session_attrs=read-write&sslmode=verify-full&options=-c%20work_mem%3D8MB%20-c%20role"
    ));
    BOOST_TEST(uri.find("options=") == uri.rfind("options="));
}

BOOST_AUTO_TEST_SUITE_END()
