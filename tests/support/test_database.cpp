#include "support/test_database.hpp"

#include <pqxx/pqxx>

#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace tocsin::test {

namespace {

std::string required_variable(char const* name) {
    char const* const text = std::getenv(name);
    if (text == nullptr || *text == '\0')
        throw std::runtime_error(std::string(name) + " is not set: see tests/README.md");
    return text;
}

/// The URI with another database.
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
    static int count = 0;
    name_ = "tocsin_unit_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    auto const login = required_variable("TOCSIN_TEST_DATABASE_URL");
    run_outside_transactions(login, "create database " + name_ + " template tocsin_template");
    url_ = secret(with_database(login, name_));
    superuser_url_ = secret(with_database(required_variable("TOCSIN_TEST_SUPERUSER_URL"), name_));
}

test_database::~test_database() {
    try {
        run_outside_transactions(
            required_variable("TOCSIN_TEST_DATABASE_URL"), "drop database " + name_ + " with (force)"
        );
    } catch (std::exception const&) {
        // The cluster is deleted after the run.
    }
}

db::pool_options test_database::pool_options(std::string role) const {
    db::pool_options options;
    options.name = "tocsin test";
    options.url = url_;
    options.role = std::move(role);
    options.connections = 2;
    // Other tests may keep the machine busy.
    options.max_wait = std::chrono::seconds(10);
    return options;
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
