#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/option_docs.hpp"

#include <iostream>

namespace tocsin::program {

namespace {

int print_docs() {
    std::cout << configuration_page() << std::flush;
    return exit_done;
}

}  // namespace

void add_config_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("config", "Configuration");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand("docs", "Print every option as docs/configuration.md");
    command->callback([&chosen] { chosen = print_docs; });
}

}  // namespace tocsin::program
