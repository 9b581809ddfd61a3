#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/pasted_argument.hpp"
#include "tocsin/run_command.hpp"
#include "tocsin/settings.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/service_catalog.hpp>
#include <tocsin/integrations/mapping_file.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/project_names.hpp>
#include <tocsin/observe/metrics.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
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

/// The difference between a file and the existing mappings.
struct import_plan {
    std::vector<integrations::new_mapping> added;
    std::vector<integrations::mapping_move> moved;
    std::size_t unchanged = 0;
    std::vector<std::string> description;  ///< one line for each change
    std::vector<std::string> problems;
};

bool is_about(mapping const& existing, std::string const& project) {
    auto const name = integrations::project_from_input(project);
    return existing.project_id == name || existing.project_slug == name;
}

void plan_line(
    import_plan& plan,
    mapping_line const& line,
    identity::service const& service,
    std::vector<mapping> const& existing
) {
    auto const current = std::find_if(existing.begin(), existing.end(), [&](mapping const& each) {
        return is_about(each, line.sentry_project);
    });
    auto const change = printable(line.sentry_project, 80) + " -> " + service.slug;
    if (current == existing.end()) {
        auto& added = plan.added.emplace_back();
        added.sentry_project = line.sentry_project;
        added.service = service.id;
        plan.description.push_back("map   " + change);
    } else if (current->service.id == service.id) {
        ++plan.unchanged;
    } else {
        plan.moved.push_back({current->id, service.id});
        plan.description.push_back("move  " + change + " (was " + current->service.slug + ")");
    }
}

import_plan make_plan(
    std::vector<mapping_line> const& lines,
    std::vector<identity::service> const& services,
    std::vector<mapping> const& existing
) {
    import_plan plan;
    for (auto const& line : lines) {
        auto const service = std::find_if(services.begin(), services.end(), [&](auto const& each) {
            return each.slug == line.service && !each.archived_at;
        });
        if (service != services.end())
            plan_line(plan, line, *service, existing);
        else
            plan.problems.push_back(
                "line " + std::to_string(line.line) + ": there is no service " + printable(line.service, 80)
            );
    }
    return plan;
}

async::task<std::vector<identity::service>> all_services(
    identity::service_catalog& catalog, organization_id org
) {
    constexpr std::int64_t page_size = 200;
    std::vector<identity::service> all;
    std::optional<identity::service_key> after;
    while (true) {
        auto const page = co_await catalog.list(org, after, page_size);
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < static_cast<std::size_t>(page_size)) co_return all;
        after = identity::service_key{page.back().slug, page.back().id};
    }
}

/// Warns of names that may be mistakes.
async::task<> print_warnings(
    integrations::mappings& mappings, organization_id org, integration_id id, import_plan const& plan
) {
    std::vector<std::string> names;
    names.reserve(plan.added.size());
    for (auto const& each : plan.added) names.push_back(each.sentry_project);
    if (names.empty()) co_return;
    auto const checked = co_await mappings.check(org, id, std::move(names));
    if (!checked) co_return;
    if (!checked->unchecked.empty())
        print_problem("warning: the names of the projects were not checked. " + checked->unchecked);
    for (auto const& each : checked->unknown)
        print_problem("warning: Sentry lists no project " + printable(each, 80) + " for this integration");
}

/// Prints the plan and, with `apply`, carries it out.
async::task<int> execute(
    integrations::mappings& mappings, organization_id org, integration_id id, import_plan plan, bool apply
) {
    for (auto const& each : plan.description) std::cout << each << '\n';
    std::cout << plan.added.size() << " to map, " << plan.moved.size() << " to move, " << plan.unchanged
              << " unchanged.\n";
    if (!plan.problems.empty()) {
        for (auto const& each : plan.problems) print_problem(each);
        co_return exit_failed;
    }
    co_await print_warnings(mappings, org, id, plan);
    if (!apply) {
        std::cout << "Dry run: nothing was changed. Add --apply to carry it out.\n";
        co_return exit_done;
    }
    auto const done = co_await mappings.import(org, id, std::move(plan.added), std::move(plan.moved));
    if (!done) co_return print_error(done.error());
    std::cout << "Done.\n";
    co_return exit_done;
}

async::task<int> import_mappings(
    serve_settings const& settings,
    organization_id org,
    integration_id id,
    std::vector<mapping_line> const& lines,
    bool apply
) {
    auto options = operator_pool_options(settings.database_url);
    options.role = "tocsin_gateway";
    db::pool pool(options);
    crypto::vault const vault(settings.vault_keys);
    sentry::client sentry(co_await boost::asio::this_coro::executor, settings.sentry, system_clock());
    observe::metrics metrics;
    integrations::refresher::declare(metrics);
    integrations::refresher refresher(
        pool, sentry, settings.applications, vault, settings.refresh, system_clock(), metrics
    );
    integrations::mappings mappings(pool, sentry, vault, refresher);
    identity::service_catalog catalog(pool);

    auto const existing = co_await mappings.list(org, id);
    if (!existing) co_return print_error(existing.error());
    auto plan = make_plan(lines, co_await all_services(catalog, org), *existing);
    co_return co_await execute(mappings, org, id, std::move(plan), apply);
}

async::task<int> run_import(serve_settings const& settings, import_arguments arguments) {
    std::ifstream file(arguments.file, std::ios::binary);
    if (!file) co_return print_error({errc::invalid, "cannot read the file " + arguments.file});
    std::string const text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto const lines = integrations::parse_mapping_file(text);
    if (!lines) co_return print_error(lines.error());

    auto const id = integration_id::parse(arguments.integration);
    if (!id)
        co_return print_error(
            {errc::invalid, "--integration must be a UUID, as `tocsin integration list` prints it"}
        );
    db::pool operators(operator_pool_options(settings.database_url));
    auto const org = co_await identity::find_organization_by_slug(operators, arguments.organization);
    if (!org) co_return print_error(org.error());
    co_return co_await import_mappings(settings, *org, *id, *lines, arguments.apply);
}

}  // namespace

void add_mapping_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("mapping", "Mappings of Sentry projects to services");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand(
        "import", "Map the projects of a CSV file (sentry_project,service); a dry run unless --apply is given"
    );
    auto const arguments = std::make_shared<import_arguments>();
    command->add_option("FILE", arguments->file, "The CSV file")->required();
    command->add_option("--org", arguments->organization, "Slug of the organization")
        ->required()
        ->transform(pasted_argument());
    command->add_option("--integration", arguments->integration, "Id of the integration")
        ->required()
        ->transform(pasted_argument());
    command->add_flag("--apply", arguments->apply, "Carry it out, all or nothing");
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_serve_settings([arguments](serve_settings const& settings) {
                return run_import(settings, *arguments);
            });
        };
    });
}

}  // namespace tocsin::program
