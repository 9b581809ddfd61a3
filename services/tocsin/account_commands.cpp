#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/pasted_argument.hpp"
#include "tocsin/run_command.hpp"

#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/password_worker.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::program {

namespace {

using identity::admin;

using account_use_case = std::function<async::task<result<std::string>>(admin&)>;

/// Runs a use case with the rights of an operator. Prints its text on standard output, or its error on
/// standard error.
int run(account_use_case const& use_case) {
    return with_operator_pool([&use_case](db::pool& pool) -> async::task<int> {
        identity::password_worker hashing(1, 1);
        admin operators(pool, hashing);
        auto const outcome = co_await use_case(operators);
        if (!outcome) co_return print_error(outcome.error());
        std::cout << *outcome << std::flush;
        co_return exit_done;
    });
}

/// A page of the console, with a token in the fragment, which browsers do not send to servers.
std::string link_to(std::string_view page, secret const& token) {
    auto base = read_link_base(config::process_environment());
    if (base.empty()) base = "(TOCSIN_PUBLIC_URL)";
    return base + "/" + std::string(page) + "#" + std::string(token.reveal()) + "\n";
}

template <class Enum, std::size_t N>
std::vector<std::string> names_of(enum_names<Enum, N> const& all) {
    std::vector<std::string> names;
    for (auto const& [value, name] : all) names.emplace_back(name);
    return names;
}

struct org_create_arguments {
    std::string slug;
    std::string name;
    std::optional<std::string> owner;
};

async::task<result<std::string>> create_organization(admin& operators, org_create_arguments arguments) {
    auto const created =
        co_await operators.create_organization(arguments.slug, arguments.name, arguments.owner);
    if (!created) co_return created.error();
    std::string text = "Organization " + arguments.slug + " created.\n";
    if (created->owner_invitation)
        text +=
            *arguments.owner +
            " has no account yet. This link works once, within 72 hours, and creates the account as the owner:\n" +
            link_to("invitation", *created->owner_invitation);
    if (!arguments.owner)
        text += "It has no members yet. The first member must be its owner: tocsin user create EMAIL --org " +
                arguments.slug + " --role owner --password-stdin\n";
    co_return text;
}

struct user_create_arguments {
    std::string email;
    std::string name;
    std::string organization;
    std::string role;
    bool password_on_stdin = false;
};

/// One line of standard input, byte for byte, without its line end.
secret read_password() {
    std::string line;
    std::getline(std::cin, line);
    if (line.ends_with('\r')) line.pop_back();
    secret password(line);
    wipe(line);
    return password;
}

async::task<result<std::string>> create_user(admin& operators, user_create_arguments arguments) {
    identity::new_member member{
        arguments.email,
        arguments.name,
        arguments.organization,
        *identity::parse_role(arguments.role),
        read_password()
    };
    auto const added = co_await operators.add_member(std::move(member));
    if (!added) co_return added.error();
    std::string text =
        arguments.email + " is now " + arguments.role + " of " + arguments.organization + ".\n";
    if (*added == identity::account_kind::existing)
        text += "The account existed already and keeps its password.\n";
    co_return text;
}

async::task<result<std::string>> reset_password(admin& operators, std::string email) {
    auto const token = co_await operators.create_password_reset(std::move(email));
    if (!token) co_return token.error();
    co_return link_to("password-reset", *token);
}

struct token_create_arguments {
    std::string organization;
    std::string role;
    std::string name;
    std::vector<std::string> scopes;
    int days = 0;
};

async::task<result<std::string>> create_token(admin& operators, token_create_arguments arguments) {
    identity::new_token wanted{
        .name = arguments.name,
        .role = *identity::parse_token_role(arguments.role),
        .scopes = arguments.scopes,
        .expires_at = {}
    };
    if (arguments.days > 0) wanted.expires_at = system_clock().now() + std::chrono::days(arguments.days);
    auto const token = co_await operators.create_token(arguments.organization, std::move(wanted));
    if (!token) co_return token.error();
    co_return std::string(token->reveal()) + "\n";
}

void add_org_create(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand("create", "Create an organization");
    auto const arguments = std::make_shared<org_create_arguments>();
    command->add_option("SLUG", arguments->slug, "a-z, 0-9, and inner dashes; part of URLs")
        ->required()
        ->transform(pasted_argument());
    command->add_option("--name", arguments->name, "Display name")->required();
    command->add_option(
        "--owner", arguments->owner, "Email address of the owner, who is invited unless the account exists"
    );
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return run([arguments](admin& operators) { return create_organization(operators, *arguments); });
        };
    });
}

void add_user_create(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand(
        "create", "Add a member to an organization, and create the account if it does not exist"
    );
    auto const arguments = std::make_shared<user_create_arguments>();
    command->add_option("EMAIL", arguments->email, "The address for signing in")->required();
    command->add_option("--org", arguments->organization, "Slug of the organization")
        ->required()
        ->transform(pasted_argument());
    command->add_option("--role", arguments->role, "The first member must be the owner")
        ->required()
        ->check(CLI::IsMember(names_of(identity::role_names)));
    command->add_option("--name", arguments->name, "Display name");
    command
        ->add_flag(
            "--password-stdin",
            arguments->password_on_stdin,
            "Read the password from one line of standard input"
        )
        ->required();
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return run([arguments](admin& operators) { return create_user(operators, *arguments); });
        };
    });
}

void add_reset_password(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand(
        "reset-password",
        "Print a link, and nothing else, that sets a new password; it works once, within 20 minutes"
    );
    auto const email = std::make_shared<std::string>();
    command->add_option("EMAIL", *email, "The address of the account")->required();
    command->callback([&chosen, email] {
        chosen = [email] {
            return run([email](admin& operators) { return reset_password(operators, *email); });
        };
    });
}

void add_token_create(CLI::App& group, chosen_command& chosen) {
    auto* const command =
        group.add_subcommand("create", "Create an API token and print it, and nothing else, once");
    auto const arguments = std::make_shared<token_create_arguments>();
    command->add_option("--org", arguments->organization, "Slug of the organization")
        ->required()
        ->transform(pasted_argument());
    command->add_option("--role", arguments->role, "The rights of the token")
        ->required()
        ->check(CLI::IsMember(names_of(identity::token_role_names)));
    command->add_option("--name", arguments->name, "The person or program that uses it")->required();
    command
        ->add_option("--scopes", arguments->scopes, "Comma-separated; of a deployer, who may do nothing else")
        ->delimiter(',')
        ->check(CLI::IsMember(names_of(identity::token_scope_names)));
    command->add_option("--days", arguments->days, "The token expires after so many days")
        ->check(CLI::Range(1, 3650));
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return run([arguments](admin& operators) { return create_token(operators, *arguments); });
        };
    });
}

CLI::App& add_group(CLI::App& program, char const* name, char const* help) {
    auto* const group = program.add_subcommand(name, help);
    group->require_subcommand(1);
    return *group;
}

}  // namespace

void add_account_commands(CLI::App& program, chosen_command& chosen) {
    add_org_create(add_group(program, "org", "Organizations"), chosen);
    auto& users = add_group(program, "user", "Users");
    add_user_create(users, chosen);
    add_reset_password(users, chosen);
    add_token_create(add_group(program, "token", "API tokens"), chosen);
}

}  // namespace tocsin::program
