#include "tocsin/run_command.hpp"

#include "tocsin/exit_status.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <iostream>
#include <utility>

namespace tocsin::program {

namespace {

async::task<> store_status(async::task<int> command, int& status) {
    status = co_await std::move(command);
}

}  // namespace

int run_to_end(async::task<int> command) {
    int status = exit_failed;
    async::run_to_end(store_status(std::move(command), status));
    return status;
}

db::pool_options operator_pool_options(secret const& database_url) {
    db::pool_options options;
    options.name = "tocsin command";
    options.url = database_url;
    options.role = "tocsin_operator";
    options.connections = 1;
    // The first unit of work connects, which takes a while where the URL has several hosts.
    options.max_wait = std::chrono::seconds(10);
    return options;
}

int with_operator_pool(std::function<async::task<int>(db::pool&)> const& command) {
    auto const read = read_command_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& settings = std::get<command_settings>(read);
    observe::configure_log(settings.log.level, settings.log.format);
    db::pool pool(operator_pool_options(settings.database_url));
    return run_to_end(command(pool));
}

int with_serve_settings(std::function<async::task<int>(serve_settings const&)> const& command) {
    auto const read = read_serve_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& settings = std::get<serve_settings>(read);
    observe::configure_log(observe::level::error, settings.log.format);
    return run_to_end(command(settings));
}

int print_error(error const& failed) {
    print_problem(failed.detail);
    for (auto const& each : failed.fields)
        std::cerr << printable_lines("  " + each.path + ": " + each.message) << '\n';
    return exit_failed;
}

}  // namespace tocsin::program
