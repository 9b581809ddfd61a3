#include "sandbox/command.hpp"
#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/process.hpp"
#include "tocsin/version.hpp"

#include <tocsin/base/text.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <sstream>

namespace {

using namespace tocsin::program;

int run(int count, char** arguments) {
    CLI::App program("Tocsin turns what Sentry sees into incidents that people can act on.", "tocsin");
    program.set_version_flag("--version", std::string(version));
    program.require_subcommand(1);
    chosen_command chosen;
    add_serve_command(program, chosen);
    add_account_commands(program, chosen);
    add_integration_commands(program, chosen);
    add_mapping_commands(program, chosen);
    add_grant_commands(program, chosen);
    add_sentry_commands(program, chosen);
    add_key_commands(program, chosen);
    add_config_commands(program, chosen);
    add_doctor_command(program, chosen);
    add_completion_command(program, chosen);
    int sandbox_status = exit_done;
    tocsin::sandbox::add_command(program, sandbox_status);
    try {
        program.parse(count, arguments);
    } catch (CLI::ParseError const& wrong) {
        std::ostringstream out, problem;
        auto const status = program.exit(wrong, out, problem);
        std::cout << out.str();
        std::cerr << tocsin::printable_lines(problem.str());
        return status == 0 ? exit_done : exit_misused;
    }
    return chosen ? chosen() : sandbox_status;  // the sandbox runs while the command line is parsed
}

}  // namespace

int main(int count, char** arguments) {
    prepare_process();
    try {
        return run(count, arguments);
    } catch (std::exception const& failed) {
        tocsin::program::print_problem(failed.what());
        return exit_failed;
    }
}
