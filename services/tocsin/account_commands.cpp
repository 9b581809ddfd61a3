#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/operator_pool.hpp"
#include "tocsin/settings.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/password_worker.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::program {

namespace {

using identity::admin;

using account_use_case = std::function<async::task<result<std::string>>(admin&)>;

async::task<> perform(account_use_case const& use_case, admin& operators, int& status) {
    auto const outcome = co_await use_case(operators);
    if (outcome)
        std::cout << *outcome << std::flush;
    else
        std::cerr << "tocsin: " << outcome.error().detail << '\n';
    status = outcome ? exit_done : exit_failed;
}

/// Runs one use case with the operators' rights; prints its text on standard output, or why it failed on
/// standard error.
int run(account_use_case const& use_case) {
    return with_operator_pool([&use_case](db::pool& pool) {
        identity::password_worker hashing(1, 1);
        admin operators(pool, hashing);
        int status = exit_failed;
        async::run_to_end(perform(use_case, operators, status));
        return status;
    });
}

/// A page of the console for whoever has the token.
std::string link_to(std::string_view page, secret const& token) {
    std::string text = read_public_url_of_links(config::process_environment());
    if (text.empty()) text = "(TOCSIN_PUBLIC_URL)";
    return text + "/" + std::string(page) + "#" + std::string(token.reveal()) + "\n";
}

struct org_create_arguments {
    std::string slug;
    std::string name;
    std::optional<std::string> owner;
};

async::task<result<std::string>> create_organization(admin& operators, org_create_arguments with) {
    auto const made = co_await operators.create_organization(with.slug, with.name, with.owner);
    if (!made) co_return made.error();
    std::string text = "Organization " + with.slug + " made.\n";
    if (made->owner_invitation)
        text += *with.owner +
                " has no account yet. This link, once and within 72 hours, makes it and the ownership:\n" +
                link_to("invitation", *made->owner_invitation);
    if (!with.owner)
        text += "It has no members yet. Its first is its owner: tocsin user create EMAIL --org " + with.slug +
                " --role owner --password-stdin\n";
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

async::task<result<std::string>> create_user(admin& operators, user_create_arguments with) {
    identity::new_member who{
        with.email, with.name, with.organization, *identity::parse_role(with.role), read_password()
    };
    auto const made = co_await operators.add_member(std::move(who));
    if (!made) co_return made.error();
    std::string text = with.email + " is now " + with.role + " of " + with.organization + ".\n";
    if (*made == identity::account_kind::existing)
        text += "The account exists already and keeps its password.\n";
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
};

async::task<result<std::string>> create_token(admin& operators, token_create_arguments with) {
    auto const token =
        co_await operators.create_token(with.organization, *identity::parse_role(with.role), with.name);
    if (!token) co_return token.error();
    co_return std::string(token->reveal()) + "\n";
}

void add_org_create(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand("create", "Make an organization");
    auto const with = std::make_shared<org_create_arguments>();
    command->add_option("SLUG", with->slug, "a-z, 0-9 and inner dashes; part of URLs")->required();
    command->add_option("--name", with->name, "Name for people")->required();
    command->add_option(
        "--owner", with->owner, "E-mail address of the owner: an account, or somebody to invite"
    );
    command->callback([&chosen, with] {
        chosen = [with] {
            return run([with](admin& operators) { return create_organization(operators, *with); });
        };
    });
}

void add_user_create(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand(
        "create", "Add a member to an organization, with a new account where there is none"
    );
    auto const with = std::make_shared<user_create_arguments>();
    command->add_option("EMAIL", with->email, "The address that signs in")->required();
    command->add_option("--org", with->organization, "Slug of the organization")->required();
    command->add_option("--role", with->role, "The first member must be owner")
        ->required()
        ->check(CLI::IsMember({"owner", "admin", "responder", "viewer"}));
    command->add_option("--name", with->name, "Name for people");
    command
        ->add_flag(
            "--password-stdin", with->password_on_stdin, "Read the password from one line of standard input"
        )
        ->required();
    command->callback([&chosen, with] {
        chosen = [with] { return run([with](admin& operators) { return create_user(operators, *with); }); };
    });
}

void add_reset_password(CLI::App& group, chosen_command& chosen) {
    auto* const command = group.add_subcommand(
        "reset-password",
        "Print a link, alone on standard output, that sets a new password: once, within an hour"
    );
    auto const email = std::make_shared<std::string>();
    command->add_option("EMAIL", *email, "Whose password was forgotten")->required();
    command->callback([&chosen, email] {
        chosen = [email] {
            return run([email](admin& operators) { return reset_password(operators, *email); });
        };
    });
}

void add_token_create(CLI::App& group, chosen_command& chosen) {
    auto* const command =
        group.add_subcommand("create", "Make an API token and print it, once, alone on standard output");
    auto const with = std::make_shared<token_create_arguments>();
    command->add_option("--org", with->organization, "Slug of the organization")->required();
    command->add_option("--role", with->role, "What the token may do")
        ->required()
        ->check(CLI::IsMember({"admin", "responder", "viewer"}));
    command->add_option("--name", with->name, "Who or what uses it")->required();
    command->callback([&chosen, with] {
        chosen = [with] { return run([with](admin& operators) { return create_token(operators, *with); }); };
    });
}

}  // namespace

void add_account_commands(CLI::App& program, chosen_command& chosen) {
    auto const add_group = [&program](char const* name, char const* about) {
        auto* const group = program.add_subcommand(name, about);
        group->require_subcommand(1);
        return group;
    };
    add_org_create(*add_group("org", "Organizations"), chosen);
    auto* const people = add_group("user", "People");
    add_user_create(*people, chosen);
    add_reset_password(*people, chosen);
    add_token_create(*add_group("token", "API tokens"), chosen);
}

}  // namespace tocsin::program
