#include "errors.hpp"

#include <tocsin/db/errors.hpp>

#include <pqxx/except>

#include <exception>
#include <string>
#include <string_view>

namespace tocsin::db {

namespace {

/// From PostgreSQL's message, which is `... violates unique constraint "name"`.
std::string constraint_in(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    auto const at = text.find("constraint \"");
    if (at == std::string_view::npos) return {};
    auto const begin = at + std::string_view("constraint \"").size();
    auto const end = text.find('"', begin);
    return end == std::string_view::npos ? std::string() : std::string(text.substr(begin, end - begin));
}

/// Without DETAIL and CONTEXT, which quote rows that must not be logged.
std::string first_line(std::exception const& e) {
    std::string_view const text = e.what();
    return std::string(text.substr(0, text.find('\n')));
}

[[noreturn]] void throw_by_state(pqxx::sql_error const& e) {
    std::string const& state = e.sqlstate();
    std::string_view const error_class = std::string_view(state).substr(0, 2);
    if (error_class == "40") throw serialization_conflict{};
    // 08 connection, 53 out of resources, 57014 statement_timeout, 57P0x shutting down, 55P03 lock_timeout,
    // 25006 a server that became read-only by a failover, 0A000 "cached plan must not change": a new
    // connection plans anew.
    if (error_class == "08" || error_class == "53" || error_class == "57" || state == "55P03" ||
        state == "25006" || state == "0A000")
        throw unavailable(first_line(e));
    // 54: the value exceeds a limit, such as the size of an index entry.
    if (error_class == "22" || error_class == "54") throw bad_value(first_line(e));
    throw statement_error(first_line(e), state);
}

}  // namespace

void with_mapped_errors(std::function<void()> const& work) {
    try {
        work();
    } catch (pqxx::in_doubt_error const& e) {
        throw in_doubt(first_line(e));
    } catch (pqxx::statement_completion_unknown const& e) {
        throw in_doubt(first_line(e));
    } catch (pqxx::transaction_rollback const&) {
        throw serialization_conflict{};
    } catch (pqxx::broken_connection const& e) {
        throw unavailable(first_line(e));
    } catch (pqxx::check_violation const& e) {
        throw bad_value(first_line(e));
    } catch (pqxx::not_null_violation const& e) {
        throw bad_value(first_line(e));
    } catch (pqxx::integrity_constraint_violation const& e) {
        throw constraint_violation(first_line(e), constraint_in(e.what()));
    } catch (pqxx::insufficient_privilege const& e) {
        throw statement_error(first_line(e), "42501");
    } catch (pqxx::sql_error const& e) {
        throw_by_state(e);
    }
}

}  // namespace tocsin::db
