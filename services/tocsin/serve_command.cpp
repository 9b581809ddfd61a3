#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/option_docs.hpp"
#include "tocsin/serve.hpp"

#include <tocsin/observe/log.hpp>

namespace tocsin::program {

namespace {

int run_serve() {
    auto const read = read_serve_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& settings = std::get<serve_settings>(read);
    observe::configure_log(settings.log.level, settings.log.format);
    return serve(settings);
}

}  // namespace

void add_serve_command(CLI::App& program, chosen_command& chosen) {
    auto* const command = program.add_subcommand("serve", "Run the gateway and the scheduler until SIGTERM");
    command->footer(options_help());
    command->callback([&chosen] { chosen = run_serve; });
}

}  // namespace tocsin::program
