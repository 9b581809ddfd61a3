#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/pasted_argument.hpp"
#include "tocsin/run_command.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/config/address.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/json/writer.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

using integrations::integration;

struct list_arguments {
    std::string organization;
    bool json = false;
};

std::string as_json(std::vector<integration> const& all) {
    json::writer out;
    out.begin_array();
    for (auto const& each : all) {
        out.begin_object()
            .field("id", each.id.str())
            .field("mode", to_string(each.mode))
            .field("status", to_string(each.status))
            .field("status_reason", to_string(each.reason))
            .field("status_since", each.status_since)
            .field("remedy", remedy(each.mode, each.status, each.reason))
            .field("sentry_host", each.sentry_host)
            .field("sentry_org", each.sentry_org.slug)
            .field("last_delivery_at", each.last_delivery_at);
        out.field("expires_at", each.credential ? each.credential->expires_at : std::nullopt);
        out.field("next_refresh_at", each.credential ? each.credential->next_refresh_at : std::nullopt)
            .end_object();
    }
    return out.end_array().take() + "\n";
}

/// One line for each integration, and the remedy below it. Text from Sentry is escaped for the terminal.
std::string as_table(std::vector<integration> const& all) {
    std::string text;
    for (auto const& each : all) {
        text += each.id.str() + "  " + std::string(to_string(each.mode)) + "  " +
                std::string(to_string(each.status)) + " (" + std::string(to_string(each.reason)) + ")  " +
                (each.sentry_org.slug.empty() ? "-" : printable(each.sentry_org.slug, 200)) + "\n";
        if (auto const todo = remedy(each.mode, each.status, each.reason); !todo.empty())
            text += "    " + std::string(todo) + "\n";
    }
    return text.empty() ? "No integrations.\n" : text;
}

async::task<int> list(db::pool& pool, list_arguments arguments) {
    auto const org = co_await identity::find_organization_by_slug(pool, arguments.organization);
    if (!org) co_return print_error(org.error());
    integrations::integration_store store(pool);
    auto const all = co_await store.list(*org);
    std::cout << (arguments.json ? as_json(all) : as_table(all)) << std::flush;
    co_return exit_done;
}

struct move_arguments {
    std::string from;
    std::string to;
};

async::task<int> move(db::pool& pool, move_arguments arguments) {
    auto const from = config::parse_base_url(arguments.from);
    auto const to = config::parse_base_url(arguments.to);
    if (!from || !to) {
        std::cerr << "tocsin: --from and --to must be URLs like https://sentry.example.com\n";
        co_return exit_misused;
    }
    auto const moved = co_await integrations::move_integrations(pool, *from, *to);
    if (!moved) co_return print_error(moved.error());
    std::cout << *moved << " integrations of " << from->str() << " now belong to " << to->str() << ".\n";
    co_return exit_done;
}

void add_list_command(CLI::App& group, chosen_command& chosen) {
    auto* const command =
        group.add_subcommand("list", "List an organization's integrations with status and remedy");
    auto const arguments = std::make_shared<list_arguments>();
    command->add_option("--org", arguments->organization, "Slug of the organization")
        ->required()
        ->transform(pasted_argument());
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_operator_pool([arguments](db::pool& pool) { return list(pool, *arguments); });
        };
    });
}

void add_move_command(CLI::App& group, chosen_command& chosen) {
    auto* const command =
        group.add_subcommand("move-sentry", "Keep the integrations of a Sentry whose address has changed");
    auto const arguments = std::make_shared<move_arguments>();
    command->add_option("--from", arguments->from, "The old TOCSIN_SENTRY_URL")->required();
    command->add_option("--to", arguments->to, "The new TOCSIN_SENTRY_URL")->required();
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_operator_pool([arguments](db::pool& pool) { return move(pool, *arguments); });
        };
    });
}

}  // namespace

void add_integration_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("integration", "Connections to Sentry");
    group->require_subcommand(1);
    add_list_command(*group, chosen);
    add_move_command(*group, chosen);
}

}  // namespace tocsin::program
