#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/operator_pool.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/config/options.hpp>
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

struct integration_list_arguments {
    std::string organization;
    bool json = false;
};

std::string as_json(std::vector<integration> const& all) {
    json::writer out;
    out.begin_array();
    for (auto const& one : all) {
        out.begin_object()
            .field("id", one.id.str())
            .field("mode", to_string(one.mode))
            .field("status", to_string(one.status))
            .field("status_reason", to_string(one.reason))
            .field("status_since", one.status_since)
            .field("remedy", remedy(one.mode, one.status, one.reason))
            .field("sentry_host", one.sentry_host)
            .field("sentry_org", one.sentry_org.slug)
            .field("last_delivery_at", one.last_delivery_at);
        out.field("expires_at", one.credential ? one.credential->expires_at : std::nullopt);
        out.field("next_refresh_at", one.credential ? one.credential->next_refresh_at : std::nullopt)
            .end_object();
    }
    return out.end_array().take() + "\n";
}

/// One line each; foreign text is made fit for a terminal.
std::string as_table(std::vector<integration> const& all) {
    std::string text;
    for (auto const& one : all) {
        text += one.id.str() + "  " + std::string(to_string(one.mode)) + "  " +
                std::string(to_string(one.status)) + " (" + std::string(to_string(one.reason)) + ")  " +
                (one.sentry_org.slug.empty() ? "-" : printable(one.sentry_org.slug, 200)) + "\n";
        if (auto const what = remedy(one.mode, one.status, one.reason); !what.empty())
            text += "    " + std::string(what) + "\n";
    }
    return text.empty() ? "No integrations.\n" : text;
}

async::task<> list(db::pool& pool, integration_list_arguments with, int& status) {
    auto const org = co_await identity::find_organization_by_slug(pool, with.organization);
    if (!org) {
        std::cerr << "tocsin: " << org.error().detail << '\n';
        co_return;
    }
    integrations::integration_store store(pool);
    auto const all = co_await store.list(*org);
    std::cout << (with.json ? as_json(all) : as_table(all)) << std::flush;
    status = exit_done;
}

struct move_arguments {
    std::string from;
    std::string to;
};

async::task<> move(db::pool& pool, move_arguments with, int& status) {
    auto const from = config::parse_base_url(with.from);
    auto const to = config::parse_base_url(with.to);
    if (!from || !to) {
        std::cerr << "tocsin: --from and --to are URLs, such as https://sentry.example.com\n";
        status = exit_misused;
        co_return;
    }
    auto const moved = co_await integrations::move_integrations(pool, *from, *to);
    if (!moved) {
        std::cerr << "tocsin: " << moved.error().detail << '\n';
        co_return;
    }
    std::cout << *moved << " integrations of " << from->str() << " are of " << to->str() << " now.\n";
    status = exit_done;
}

void add_move_command(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand(
        "move-sentry", "Take integrations along where the address of their Sentry has changed"
    );
    auto const with = std::make_shared<move_arguments>();
    command->add_option("--from", with->from, "TOCSIN_SENTRY_URL as it was")->required();
    command->add_option("--to", with->to, "TOCSIN_SENTRY_URL as it is now")->required();
    command->callback([&chosen, with] {
        chosen = [with] {
            return with_operator_pool([with](db::pool& pool) {
                int status = exit_failed;
                async::run_to_end(move(pool, *with, status));
                return status;
            });
        };
    });
}

}  // namespace

void add_integration_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("integration", "Connections to Sentry");
    group->require_subcommand(1);
    add_move_command(*group, chosen);
    auto* const command =
        group->add_subcommand("list", "List an organization's integrations with status and remedy");
    auto const with = std::make_shared<integration_list_arguments>();
    command->add_option("--org", with->organization, "Slug of the organization")->required();
    command->add_flag("--json", with->json, "Print JSON");
    command->callback([&chosen, with] {
        chosen = [with] {
            return with_operator_pool([with](db::pool& pool) {
                int status = exit_failed;
                async::run_to_end(list(pool, *with, status));
                return status;
            });
        };
    });
}

}  // namespace tocsin::program
