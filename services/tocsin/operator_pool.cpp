#include "tocsin/operator_pool.hpp"

#include "tocsin/exit_status.hpp"
#include "tocsin/settings.hpp"

#include <tocsin/observe/log.hpp>

#include <chrono>
#include <utility>

namespace tocsin::program {

db::pool_options operator_pool_of(secret const& database_url) {
    db::pool_options options;
    options.name = "tocsin command";
    options.url = database_url;
    options.role = "tocsin_operator";
    options.connections = 1;
    // Connecting happens within the first unit of work and may take a while where several hosts are tried.
    options.max_wait = std::chrono::seconds(10);
    return options;
}

int with_operator_pool(std::function<int(db::pool&)> const& command) {
    auto read = read_command_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& with = std::get<command_settings>(read);
    observe::configure_log(with.log.level, with.log.format);
    db::pool pool(operator_pool_of(with.database_url));
    return command(pool);
}

}  // namespace tocsin::program
