#include "tocsin/option_docs.hpp"

#include "tocsin/settings.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::program {

namespace {

constexpr std::string_view page_start =
    R"(<!-- Generated from the declared options: tocsin config docs > docs/configuration.md -->
# Configuration

`tocsin serve` is configured by environment variables alone. Each variable can also be given as `NAME_FILE`, the path of a file that
contains the value (for secrets: a systemd credential, a mounted secret). All problems are reported at once, with exit status 2.
Durations are written `200ms`, `30s`, `15m`, `8h`, `7d`; sizes `64KiB`, `5MiB`.

`tocsin serve --help` prints the same table.

| variable | default | meaning |
|---|---|---|
)";

/// Reading declares the options, whatever the environment contains.
std::vector<config::declaration> declared_options() {
    config::reader in([](std::string_view) { return std::nullopt; });
    serve_settings().read(in);
    return in.declarations();
}

}  // namespace

std::string options_help() {
    std::string text =
        "The configuration comes from the environment. Each variable can also be given as NAME_FILE, the path of a file that contains the value.\n\n";
    for (auto const& each : declared_options()) {
        text += "  " + std::string(each.name);
        if (each.need == config::presence::required)
            text += " (required)";
        else if (!each.default_value.empty())
            text += " (default " + each.default_value + ")";
        text += "\n      " + std::string(each.help) + "\n";
    }
    return text;
}

std::string configuration_page() {
    std::string text(page_start);
    for (auto const& each : declared_options()) {
        auto shown = each.default_value.empty() ? "none" : each.default_value;
        if (each.need == config::presence::required) shown = "required";
        text += "| " + std::string(each.name) + " | " + shown + " | " + std::string(each.help) + " |\n";
    }
    return text;
}

}  // namespace tocsin::program
