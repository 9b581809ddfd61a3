#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/run_command.hpp"

#include <tocsin/crypto/vault.hpp>
#include <tocsin/grants/vault_maintenance.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>

#include <iostream>

namespace tocsin::program {

namespace {

async::task<int> rotate(serve_settings const& settings) {
    db::pool pool(operator_pool_options(settings.database_url));
    crypto::vault const vault(settings.vault_keys);
    auto done = co_await integrations::rotate_keys(pool, vault);
    co_await grants::rotate_results(pool, vault, done);
    std::cout << done.resealed << " credentials sealed under the key " << vault.sealing_key_id() << ".\n";
    if (done.failed == 0) co_return exit_done;
    std::cerr << "tocsin: " << done.failed
              << " credentials could not be opened and were not changed; run tocsin doctor\n";
    co_return exit_failed;
}

}  // namespace

void add_key_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("key", "Keys of the vault");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand(
        "rotate", "Seal every credential under the first key of TOCSIN_VAULT_KEYS, while the service runs"
    );
    command->callback([&chosen] { chosen = [] { return with_serve_settings(rotate); }; });
}

}  // namespace tocsin::program
