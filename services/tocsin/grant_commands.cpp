#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/run_command.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/grants/grant_service.hpp>
#include <tocsin/grants/operations.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/json/writer.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

using grants::grant;
using grants::grant_service;

struct create_arguments {
    std::string organization;
    std::string name;
    std::string holder;
    std::string integration;
    std::vector<std::string> operations;
    std::vector<std::string> projects;
    std::string approval = "none";
    int per_minute = 60;
    int days = 0;
};

/// The only integration of the organization, if none is named.
async::task<result<integration_id>> choose_integration(
    db::pool& pool, organization_id org, std::string named
) {
    if (!named.empty()) {
        if (auto const id = integration_id::parse(named)) co_return *id;
        co_return error{errc::invalid, "--integration must be an id: tocsin integration list shows them."};
    }
    integrations::integration_store store(pool);
    auto const all = co_await store.list(org);
    if (all.size() == 1) co_return all.front().id;
    co_return error{
        errc::invalid,
        all.empty() ? "The organization has no integration yet."
                    : "The organization has several integrations: choose one with --integration."
    };
}

result<grants::new_grant> wanted_grant(create_arguments const& arguments, integration_id integration) {
    grants::new_grant wanted{.name = arguments.name, .integration = integration};
    if (auto const token = identity::token_id::parse(arguments.holder)) {
        wanted.token = *token;
    } else if (identity::is_email(arguments.holder)) {
        wanted.member = arguments.holder;
    } else {
        return error{errc::invalid, "--holder must be the address of a member or the id of an API token."};
    }
    if (!arguments.operations.empty()) wanted.operations = arguments.operations;
    wanted.projects = arguments.projects;
    wanted.approval = *grants::parse_approval(arguments.approval);
    wanted.per_minute = arguments.per_minute;
    if (arguments.days > 0) wanted.expires_at = system_clock().now() + std::chrono::days(arguments.days);
    return wanted;
}

async::task<int> create(db::pool& pool, create_arguments arguments) {
    auto const org = co_await identity::find_organization_by_slug(pool, arguments.organization);
    if (!org) co_return print_error(org.error());
    auto const integration = co_await choose_integration(pool, *org, arguments.integration);
    if (!integration) co_return print_error(integration.error());
    auto wanted = wanted_grant(arguments, *integration);
    if (!wanted) co_return print_error(wanted.error());
    grant_service service(pool, grants::resolve_recorded(pool));
    auto const created = co_await service.create(*org, {}, std::move(*wanted));
    if (!created) co_return print_error(created.error());
    std::cout << created->id.str() << '\n';
    co_return exit_done;
}

std::vector<std::string> names_of(std::vector<grants::project_ref> const& projects) {
    std::vector<std::string> names;
    for (auto const& each : projects) names.push_back(each.slug.empty() ? each.id : each.slug);
    return names;
}

std::string as_json(std::vector<grant> const& all) {
    json::writer out;
    out.begin_array();
    for (auto const& each : all)
        out.begin_object()
            .field("id", each.id.str())
            .field("name", each.name)
            .field("integration_id", each.integration.str())
            .field("holder", each.holder.name)
            .field("operations", each.operations)
            .field("projects", names_of(each.projects))
            .field("approval", to_string(each.approval))
            .field("per_minute", each.per_minute)
            .field("created_by", each.created_by)
            .field("created_at", each.created_at)
            .field("expires_at", each.expires_at)
            .field("last_used_at", each.last_used_at)
            .end_object();
    return out.end_array().take() + "\n";
}

std::string joined(std::vector<std::string> const& texts, std::string_view none) {
    std::string all;
    for (auto const& each : texts) all += (all.empty() ? "" : ", ") + printable(each, 200);
    return all.empty() ? std::string(none) : all;
}

std::string as_table(std::vector<grant> const& all) {
    std::string text;
    for (auto const& each : all)
        text += each.id.str() + "  " + printable(each.name, 100) + "  (" + printable(each.holder.name, 200) +
                ")\n    " + joined(each.operations, "") + "; " +
                joined(names_of(each.projects), "all projects") + "\n";
    return text.empty() ? "No grants.\n" : text;
}

struct list_arguments {
    std::string organization;
    bool json = false;
};

async::task<int> list(db::pool& pool, list_arguments arguments) {
    constexpr std::int64_t page = 200;
    auto const org = co_await identity::find_organization_by_slug(pool, arguments.organization);
    if (!org) co_return print_error(org.error());
    grant_service service(pool, grants::resolve_recorded(pool));
    std::vector<grant> all;
    std::optional<grants::grant_id> before;
    while (true) {
        auto const next = co_await service.list(*org, before, std::nullopt, page);
        if (next.empty()) break;
        before = next.back().id;
        all.insert(all.end(), next.begin(), next.end());
    }
    std::cout << (arguments.json ? as_json(all) : as_table(all)) << std::flush;
    co_return exit_done;
}

struct revoke_arguments {
    std::string organization;
    std::string grant;  ///< name or id
};

async::task<int> revoke(db::pool& pool, revoke_arguments arguments) {
    auto const org = co_await identity::find_organization_by_slug(pool, arguments.organization);
    if (!org) co_return print_error(org.error());
    grant_service service(pool, grants::resolve_recorded(pool));
    auto id = grants::grant_id::parse(arguments.grant);
    if (!id) {
        auto const named = co_await service.list(*org, std::nullopt, arguments.grant, 1);
        if (named.empty()) co_return print_error({errc::not_found, "There is no grant with this name."});
        id = named.front().id;
    }
    auto const revoked = co_await service.revoke(*org, {}, *id);
    if (!revoked) co_return print_error(revoked.error());
    std::cout << "The grant is revoked.\n";
    co_return exit_done;
}

void add_create(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand("create", "Create a grant and print its id");
    auto const arguments = std::make_shared<create_arguments>();
    command->add_option("--org", arguments->organization, "Slug of the organization")->required();
    command->add_option("--name", arguments->name, "What it is for")->required();
    command->add_option("--holder", arguments->holder, "Address of a member, or id of an API token")
        ->required();
    command->add_option("--integration", arguments->integration, "Id, if the organization has several");
    command->add_option("--operations", arguments->operations, "Comma-separated; without it, those that read")
        ->delimiter(',')
        ->check(CLI::IsMember(grants::operation_names()));
    command->add_option("--projects", arguments->projects, "Slugs or ids, comma-separated; without it, all")
        ->delimiter(',');
    command->add_option("--approval", arguments->approval, "Calls that a person must approve")
        ->check(CLI::IsMember({"none", "writes", "all"}));
    command->add_option("--per-minute", arguments->per_minute, "Calls per minute (60)")
        ->check(CLI::Range(1, 6000));
    command->add_option("--days", arguments->days, "The grant expires after so many days")
        ->check(CLI::Range(1, 3650));
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_operator_pool([arguments](db::pool& pool) { return create(pool, *arguments); });
        };
    });
}

void add_list(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand("list", "List an organization's grants");
    auto const arguments = std::make_shared<list_arguments>();
    command->add_option("--org", arguments->organization, "Slug of the organization")->required();
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_operator_pool([arguments](db::pool& pool) { return list(pool, *arguments); });
        };
    });
}

void add_revoke(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand("revoke", "Revoke a grant, from its next call on");
    auto const arguments = std::make_shared<revoke_arguments>();
    command->add_option("GRANT", arguments->grant, "Its name or id")->required();
    command->add_option("--org", arguments->organization, "Slug of the organization")->required();
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return with_operator_pool([arguments](db::pool& pool) { return revoke(pool, *arguments); });
        };
    });
}

}  // namespace

void add_grant_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("grant", "Grants to call Sentry through an integration");
    group->require_subcommand(1);
    add_create(*group, chosen);
    add_list(*group, chosen);
    add_revoke(*group, chosen);
}

}  // namespace tocsin::program
