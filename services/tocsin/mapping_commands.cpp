#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/operator_pool.hpp"
#include "tocsin/serve.hpp"
#include "tocsin/settings.hpp"
#include "tocsin/version.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/service_catalog.hpp>
#include <tocsin/integrations/mapping_file.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/observe/log.hpp>
#include <tocsin/observe/metrics.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

using integrations::mapping;
using integrations::mapping_line;

struct import_arguments {
    std::string file;
    std::string organization;
    std::string integration;
    bool apply = false;
};

/// What a file asks for, against what there is.
struct import_plan {
    std::vector<integrations::new_mapping> made;
    std::vector<integrations::mapping_move> moved;
    std::vector<std::string> said;
    std::size_t unchanged = 0;
    std::vector<std::string> problems;
};

bool is_about(mapping const& one, std::string const& project) {
    return one.project_id == project || one.project_slug == project;
}

import_plan plan_of(
    std::vector<mapping_line> const& lines,
    std::vector<identity::service> const& services,
    std::vector<mapping> const& there
) {
    import_plan plan;
    for (auto const& line : lines) {
        auto const service = std::find_if(services.begin(), services.end(), [&](auto const& one) {
            return one.slug == line.service && !one.archived_at;
        });
        if (service == services.end()) {
            plan.problems.push_back(
                "line " + std::to_string(line.line) + ": there is no service " + printable(line.service, 80)
            );
            continue;
        }
        auto const mapped = std::find_if(there.begin(), there.end(), [&](mapping const& one) {
            return is_about(one, line.sentry_project);
        });
        auto const said = printable(line.sentry_project, 80) + " -> " + service->slug;
        if (mapped == there.end()) {
            auto& added = plan.made.emplace_back();
            added.sentry_project = line.sentry_project;
            added.service = service->id;
            plan.said.push_back("map   " + said);
        } else if (mapped->service.id == service->id) {
            ++plan.unchanged;
        } else {
            plan.moved.push_back({mapped->id, service->id});
            plan.said.push_back("move  " + said + " (was " + mapped->service.slug + ")");
        }
    }
    return plan;
}

async::task<std::vector<identity::service>> all_services(
    identity::service_catalog& catalog, organization_id of
) {
    constexpr std::int64_t page = 200;
    std::vector<identity::service> all;
    std::optional<identity::service_key> after;
    while (true) {
        auto const some = co_await catalog.list(of, after, page);
        all.insert(all.end(), some.begin(), some.end());
        if (some.size() < static_cast<std::size_t>(page)) co_return all;
        after = identity::service_key{some.back().slug, some.back().id};
    }
}

/// Prints what is wrong, or the plan; true where it was carried out, or would be.
async::task<bool> carry_out(
    integrations::mappings& mappings, organization_id org, integration_id id, import_plan plan, bool apply
) {
    for (auto const& one : plan.said) std::cout << one << '\n';
    std::cout << plan.made.size() << " to map, " << plan.moved.size() << " to move, " << plan.unchanged
              << " as they are.\n";
    if (!plan.problems.empty()) {
        for (auto const& one : plan.problems) std::cerr << "tocsin: " << one << '\n';
        co_return false;
    }
    if (!apply) {
        std::cout << "Nothing was changed: add --apply.\n";
        co_return true;
    }
    auto const done = co_await mappings.import(org, id, std::move(plan.made), std::move(plan.moved));
    if (!done) {
        std::cerr << "tocsin: " << done.error().detail << '\n';
        co_return false;
    }
    std::cout << "Done.\n";
    co_return true;
}

async::task<> import(serve_settings const& with, import_arguments as, int& status) {
    std::ifstream file(as.file, std::ios::binary);
    if (!file) {
        std::cerr << "tocsin: " << as.file << " cannot be read\n";
        co_return;
    }
    std::string const text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto const lines = integrations::parse_mapping_file(text);
    if (!lines) {
        std::cerr << "tocsin: " << lines.error().detail << '\n';
        for (auto const& one : lines.error().fields)
            std::cerr << "  " << one.path << ": " << one.message << '\n';
        co_return;
    }
    auto const id = integration_id::parse(as.integration);
    db::pool operators(operator_pool_of(with.database_url));
    auto const org = co_await identity::find_organization_by_slug(operators, as.organization);
    if (!org || !id) {
        std::cerr << "tocsin: "
                  << (org ? "--integration must be a UUID, as `tocsin integration list` shows it"
                          : org.error().detail)
                  << '\n';
        co_return;
    }
    auto options = operator_pool_of(with.database_url);
    options.role = "tocsin_gateway";
    db::pool pool(options);
    crypto::vault const vault(with.vault_keys);
    sentry::client sentry(
        co_await boost::asio::this_coro::executor,
        {.sentry = with.sentry_url,
         .timeout = with.sentry_timeout,
         .ca_file = {},
         .user_agent = "Tocsin/" + std::string(version)},
        system_clock()
    );
    observe::metrics metrics;
    integrations::refresher::declare(metrics);
    integrations::refresher refresher(
        pool, sentry, applications_of(with), vault, {}, system_clock(), metrics
    );
    integrations::mappings mappings(pool, sentry, vault, refresher);
    identity::service_catalog catalog(pool);

    auto const there = co_await mappings.list(*org, *id);
    if (!there) {
        std::cerr << "tocsin: " << there.error().detail << '\n';
        co_return;
    }
    auto plan = plan_of(*lines, co_await all_services(catalog, *org), *there);
    if (co_await carry_out(mappings, *org, *id, std::move(plan), as.apply)) status = exit_done;
}

int run_import(import_arguments const& as) {
    auto read = read_serve_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& with = std::get<serve_settings>(read);
    observe::configure_log(observe::level::error, with.log.format);
    int status = exit_failed;
    async::run_to_end(import(with, as, status));
    return status;
}

}  // namespace

void add_mapping_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("mapping", "Sentry projects and the services they belong to");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand(
        "import",
        "Map the projects of a CSV file (sentry_project,service); only shows what it would do, unless --apply"
    );
    auto const with = std::make_shared<import_arguments>();
    command->add_option("FILE", with->file, "The CSV file")->required();
    command->add_option("--org", with->organization, "Slug of the organization")->required();
    command->add_option("--integration", with->integration, "Id of the integration")->required();
    command->add_flag("--apply", with->apply, "Carry it out, all or nothing");
    command->callback([&chosen, with] { chosen = [with] { return run_import(*with); }; });
}

}  // namespace tocsin::program
