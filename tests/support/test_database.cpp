#include "support/test_database.hpp"

#include <pqxx/pqxx>

#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace tocsin::test {

namespace {

std::string variable(char const* name) {
    char const* const text = std::getenv(name);
    if (text == nullptr || *text == '\0')
        throw std::runtime_error(std::string(name) + " is not set: see tests/README.md");
    return text;
}

/// The URI with another database in place of its own.
std::string with_database(std::string const& url, std::string const& name) {
    auto const authority = url.find("://") + 3;
    auto const query = url.find('?', authority);
    auto const path = std::min(url.find('/', authority), query);
    std::string const head = url.substr(0, path);
    return head + "/" + name + (query == std::string::npos ? "" : url.substr(query));
}

void run_outside_transactions(std::string const& url, std::string const& statement) {
    pqxx::connection conn(url);
    pqxx::nontransaction work(conn);
    work.exec(statement);
}

}  // namespace

test_database::test_database() {
    static int made = 0;
    name_ = "tocsin_unit_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
    auto const login = variable("TOCSIN_TEST_DATABASE_URL");
    run_outside_transactions(login, "create database " + name_ + " template tocsin_template");
    url_ = secret(with_database(login, name_));
    superuser_url_ = secret(with_database(variable("TOCSIN_TEST_SUPERUSER_URL"), name_));
}

test_database::~test_database() {
    try {
        run_outside_transactions(
            variable("TOCSIN_TEST_DATABASE_URL"), "drop database " + name_ + " with (force)"
        );
    } catch (std::exception const&) {
        // The cluster goes with the run.
    }
}

db::pool_options test_database::pool_options(std::string role) const {
    db::pool_options made;
    made.name = "tocsin test";
    made.url = url_;
    made.role = std::move(role);
    made.connections = 2;
    // The machine may be busy with other tests.
    made.max_wait = std::chrono::seconds(10);
    return made;
}

std::string test_database::sql(std::string const& statement) const {
    pqxx::connection conn{std::string(superuser_url_.reveal())};
    pqxx::work work(conn);
    auto const rows = work.exec(statement);
    work.commit();
    return rows.empty() || rows[0][0].is_null() ? std::string() : rows[0][0].as<std::string>();
}

void test_database::move_time(std::string const& interval) const {
    sql("create or replace function tocsin.now() returns timestamptz language sql stable parallel safe "
        "as $$ select pg_catalog.now() + interval '" +
        interval + "' $$");
}

}  // namespace tocsin::test
