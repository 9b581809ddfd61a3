#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/run_command.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/grants/operations.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

/// Where the gateway is, and the token for it.
struct client_settings {
    config::base_url gateway;
    secret token;
};

struct call_arguments {
    std::string operation;
    std::vector<std::string> arguments;
    std::string organization;
    std::string grant;  ///< name or id
    std::string cursor;
    bool json = false;
};

/// Larger than any response that the gateway passes on, for events with long messages.
constexpr json::limits response_limits{
    .depth = 160,
    .nodes = 1'000'000,
    .members = 20'000,
    .key_bytes = 4'096,
    .string_bytes = 1 << 20,
    .number_chars = 400,
};

class gateway_client {
public:
    gateway_client(async::executor executor, client_settings const& settings)
        : settings_(settings),
          http_(
              std::move(executor),
              {settings.gateway.https, settings.gateway.host, settings.gateway.port},
              options()
          ) {}

    /// The body of a success; else the problem's text.
    async::task<result<std::string>> send(http::method method, std::string path, std::string body = {}) {
        http::client_request request{
            .method = method, .target = settings_.gateway.path + path, .headers = {}, .body = {}
        };
        request.headers.set("Authorization", "Bearer " + std::string(settings_.token.reveal()));
        if (method == http::method::post) request.headers.set("Content-Type", "application/json");
        request.body = std::move(body);
        auto response = co_await http_.send(std::move(request));
        if (!response)
            co_return error{
                errc::unavailable,
                settings_.gateway.str() + " does not answer (" + printable(response.error().detail, 200) +
                    "). Check TOCSIN_PUBLIC_URL."
            };
        if (response->status >= 200 && response->status <= 299) co_return std::move(response->body);
        co_return problem_in(*response);
    }

private:
    static http::client_options options() {
        http::client_options made;
        made.total_deadline = std::chrono::seconds(120);
        made.max_response = 8u << 20;
        made.user_agent = "tocsin sentry call";
        return made;
    }

    static error problem_in(http::client_response const& response) {
        error problem{
            errc::internal, "The gateway responded with status " + std::to_string(response.status) + "."
        };
        auto const body = json::parse(response.body);
        if (!body) return problem;
        auto const text = [](json::value const& of, std::string_view name) {
            auto const found = of.find(name);
            return printable(found ? found->as_string().value_or("") : "", 1'000);
        };
        if (auto detail = text(body->root(), "detail"); !detail.empty()) problem.detail = std::move(detail);
        auto const fields = body->root().find("errors");
        for (std::size_t i = 0; fields && i < fields->size(); ++i)
            problem.fields.push_back({text(fields->element(i), "path"), text(fields->element(i), "message")});
        return problem;
    }

    client_settings const& settings_;
    http::client http_;
};

/// `name=value`; a name that is given more than once becomes a list.
result<std::string> body_of(call_arguments const& given) {
    std::map<std::string, std::vector<std::string>> fields;
    for (auto const& argument : given.arguments) {
        auto const equals = argument.find('=');
        if (equals == std::string::npos || equals == 0)
            return error{errc::invalid, "Arguments have the form name=value: " + printable(argument, 100)};
        fields[argument.substr(0, equals)].push_back(argument.substr(equals + 1));
    }
    json::writer out;
    out.begin_object().field("operation", given.operation).name("args").begin_object();
    for (auto const& [name, values] : fields) {
        if (values.size() == 1) {
            out.field(name, values.front());
        } else {
            out.field(name, values);
        }
    }
    out.end_object();
    if (!given.cursor.empty()) out.field("cursor", given.cursor);
    return out.end_object().take();
}

/// The id of a grant that is given by name.
async::task<result<std::string>> find_grant(
    gateway_client& gateway, std::string const& prefix, std::string const& name_or_id
) {
    if (uuid::parse(name_or_id)) co_return name_or_id;
    auto const listed =
        co_await gateway.send(http::method::get, prefix + "?" + http::form_encoded({{"name", name_or_id}}));
    if (!listed) co_return listed.error();
    auto const body = json::parse(*listed);
    auto const items = body ? body->root().find("items") : std::nullopt;
    if (!items || items->size() == 0)
        co_return error{
            errc::not_found, "There is no grant with the name " + printable(name_or_id, 100) + "."
        };
    auto const id = items->element(0).find("id");
    co_return std::string(id ? id->as_string().value_or("") : "");
}

void write(json::writer& out, json::value const& value) {
    switch (value.kind()) {
        case json::kind::array:
            out.begin_array();
            for (std::size_t i = 0; i < value.size(); ++i) write(out, value.element(i));
            out.end_array();
            break;
        case json::kind::object:
            out.begin_object();
            for (std::size_t i = 0; i < value.size(); ++i) {
                out.name(value.key(i));
                write(out, value.element(i));
            }
            out.end_object();
            break;
        case json::kind::string:
            out.text(*value.as_string());
            break;
        case json::kind::number:
            out.raw(*value.as_number_text());
            break;
        case json::kind::boolean:
            out.boolean(*value.as_bool());
            break;
        case json::kind::null:
            out.null();
            break;
    }
}

std::string text_of(json::value const& value) {
    json::writer out;
    write(out, value);
    return out.take();
}

/// The response's data, one item of a list per line, and the next page's cursor on standard error.
int print_answer(std::string const& answer, bool as_json) {
    auto const parsed = json::parse(answer, json::root::object, response_limits);
    if (!parsed) return print_error(parsed.error());
    auto const root = parsed->root();
    auto const status = root.find("status")->as_int64().value_or(0);
    auto const data = *root.find("data");
    if (as_json) {
        std::cout << answer << '\n';
    } else if (data.kind() == json::kind::array) {
        for (std::size_t i = 0; i < data.size(); ++i) std::cout << text_of(data.element(i)) << '\n';
    } else {
        std::cout << text_of(data) << '\n';
    }
    std::cout << std::flush;
    if (auto const next = root.find("next_cursor")->as_string(); next && !as_json)
        std::cerr << "There is another page: --cursor " << printable(*next) << '\n';
    if (status >= 200 && status <= 299) return exit_done;
    std::cerr << "tocsin: Sentry responded with status " << status << ".\n";
    return exit_failed;
}

async::task<int> call(client_settings settings, call_arguments arguments) {
    gateway_client gateway(co_await boost::asio::this_coro::executor, settings);
    auto const body = body_of(arguments);
    if (!body) {
        print_error(body.error());
        co_return exit_misused;
    }
    auto const prefix = "/api/v1/orgs/" + http::encoded_segment(arguments.organization) + "/grants";
    auto const id = co_await find_grant(gateway, prefix, arguments.grant);
    if (!id) co_return print_error(id.error());
    auto const answer = co_await gateway.send(http::method::post, prefix + "/" + *id + "/call", *body);
    if (!answer) co_return print_error(answer.error());
    co_return print_answer(*answer, arguments.json);
}

int run_call(call_arguments const& arguments) {
    config::reader in(config::process_environment());
    client_settings settings;
    in.url("TOCSIN_PUBLIC_URL", settings.gateway, "the gateway", config::presence::required);
    in.hidden("TOCSIN_TOKEN", settings.token, "an API token of Tocsin", config::presence::required);
    if (!in.problems().empty()) return report(in.problems());
    return run_to_end(call(std::move(settings), arguments));
}

}  // namespace

void add_sentry_commands(CLI::App& program, chosen_command& chosen) {
    auto* const group = program.add_subcommand("sentry", "Sentry, through a grant");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand(
        "call",
        "Call Sentry with the token in TOCSIN_TOKEN (or TOCSIN_TOKEN_FILE) at the gateway TOCSIN_PUBLIC_URL"
    );
    auto const arguments = std::make_shared<call_arguments>();
    command->add_option("OPERATION", arguments->operation, "What to call")
        ->required()
        ->check(CLI::IsMember(grants::operation_names()));
    command->add_option("ARGUMENTS", arguments->arguments, "name=value, as the operation takes them");
    command->add_option("--org", arguments->organization, "Slug of the organization")->required();
    command->add_option("--grant", arguments->grant, "Name or id of the grant")->required();
    command->add_option("--cursor", arguments->cursor, "Of the next page");
    command->add_flag("--json", arguments->json, "Print status, data, and cursor as JSON");
    command->callback([&chosen, arguments] { chosen = [arguments] { return run_call(*arguments); }; });
}

}  // namespace tocsin::program
