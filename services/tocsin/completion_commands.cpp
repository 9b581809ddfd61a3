#include "tocsin/commands.hpp"
#include "tocsin/exit_status.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::program {

namespace {

/// What may follow the words that are typed already, for example "tocsin grant" or "tocsin serve --role".
struct completions {
    std::map<std::string, std::vector<std::string>> after_command;
    std::map<std::string, std::vector<std::string>> after_option;  ///< that takes a value; empty: any value
    std::set<std::string> with_arguments;  ///< commands with arguments of any value, such as files
};

/// The values to which `IsMember` limits an option. CLI11 shows them only in the text of the type:
/// "TEXT:{a,b}".
std::vector<std::string> values_of(CLI::Option const& option) {
    std::string const type = option.get_type_name();
    auto const begin = type.find('{');
    auto const end = type.rfind('}');
    std::vector<std::string> values;
    if (begin == std::string::npos || end == std::string::npos || end < begin) return values;
    std::string_view rest = std::string_view(type).substr(begin + 1, end - begin - 1);
    while (!rest.empty()) {
        auto const comma = std::min(rest.find(','), rest.size());
        values.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return values;
}

void collect(CLI::App const& command, std::string const& path, completions& into) {
    auto& next = into.after_command[path];
    for (auto const* const below : command.get_subcommands([](CLI::App const*) { return true; })) {
        if (below->get_name().empty()) continue;
        next.push_back(below->get_name());
        collect(*below, path + " " + below->get_name(), into);
    }
    for (auto const* const option : command.get_options()) {
        auto const values = values_of(*option);
        if (option->get_positional()) next.insert(next.end(), values.begin(), values.end());
        if (option->get_positional() && values.empty()) into.with_arguments.insert(path);
        for (auto const& name : option->get_lnames()) {
            next.push_back("--" + name);
            if (option->get_items_expected_max() > 0)
                into.after_option[std::string(path).append(" --").append(name)] = values;
        }
    }
}

constexpr std::string_view bash_and_zsh_candidates = R"script(
_tocsin_candidates() {
    local at=tocsin last=tocsin word
    for word in "$@"; do
        case "$at $word" in
            @COMMANDS@) at="$at $word" ;;
        esac
        last=$word
    done
    case "$at $last" in
@VALUES@    esac
    case "$at" in
@NAMES@    esac
}
)script";

constexpr std::string_view bash_end = R"script(
_tocsin() {
    COMPREPLY=($(compgen -W "$(_tocsin_candidates "${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tocsin tocsin
)script";

constexpr std::string_view zsh_end = R"script(
_tocsin() {
    local -a found
    found=(${=$(_tocsin_candidates "${(@)words[2,CURRENT-1]}")})
    if ((${#found})); then
        compadd -a found
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _tocsin ]]; then
    _tocsin "$@"
else
    compdef _tocsin tocsin
fi
)script";

constexpr std::string_view fish_script = R"script(
function __tocsin_candidates
    set -l at tocsin
    set -l last tocsin
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$at $word"
            case @COMMANDS@
                set at "$at $word"
        end
        set last $word
    end
    switch "$at $last"
@VALUES@    end
    switch "$at"
@NAMES@    end
end
complete -c tocsin -f -a '(__tocsin_candidates)'
)script";

std::string replaced(std::string text, std::string_view place, std::string const& with) {
    auto const at = text.find(place);
    return at == std::string::npos ? text : text.replace(at, place.size(), with);
}

std::string words(std::vector<std::string> const& all) {
    std::string text;
    for (auto const& each : all) text += " " + each;
    return text;
}

// Names of commands and options, and the fixed values, consist of letters, digits, and "-", "_", and ".", so
// no shell needs them quoted.
std::string bash_or_zsh_script(completions const& known, std::string_view first_line, std::string_view end) {
    std::string commands;
    std::string names;
    std::string values;
    for (auto const& [path, next] : known.after_command) {
        if (path != "tocsin") commands += (commands.empty() ? "\"" : " | \"") + path + "\"";
        names += "        \"" + path + "\") echo" + words(next) + " ;;\n";
    }
    for (auto const& [option, allowed] : known.after_option)
        values += "        \"" + option + "\") " +
                  (allowed.empty() ? "return ;;\n" : "echo" + words(allowed) + "; return ;;\n");
    auto script = replaced(std::string(bash_and_zsh_candidates), "@COMMANDS@", commands);
    script = replaced(replaced(std::move(script), "@VALUES@", values), "@NAMES@", names);
    return std::string(first_line) + script + std::string(end);
}

/// Unlike the other shells, fish offers files only where the script says so.
std::string fish_completion(completions const& known) {
    std::string const files = "            __fish_complete_path (commandline -ct)\n";
    std::string commands;
    std::string names;
    std::string values;
    for (auto const& [path, next] : known.after_command) {
        if (path != "tocsin") commands += (commands.empty() ? "'" : " '") + path + "'";
        names += "        case '" + path + "'\n            printf '%s\\n'" + words(next) + "\n";
        if (known.with_arguments.contains(path)) names += files;
    }
    for (auto const& [option, allowed] : known.after_option) {
        values += "        case '" + option + "'\n";
        values += allowed.empty() ? files : "            printf '%s\\n'" + words(allowed) + "\n";
        values += "            return\n";
    }
    auto script = replaced(std::string(fish_script), "@COMMANDS@", commands);
    script = replaced(replaced(std::move(script), "@VALUES@", values), "@NAMES@", names);
    return "# tocsin completion fish | source" + script;
}

int print_completion(CLI::App const& program, std::string const& shell) {
    completions known;
    collect(program, "tocsin", known);
    if (shell == "bash")
        std::cout << bash_or_zsh_script(known, "# eval \"$(tocsin completion bash)\"", bash_end);
    else if (shell == "zsh")
        std::cout << bash_or_zsh_script(
            known, "#compdef tocsin\n# Or, after compinit: eval \"$(tocsin completion zsh)\"", zsh_end
        );
    else
        std::cout << fish_completion(known);
    std::cout << std::flush;
    return exit_done;
}

}  // namespace

void add_completion_command(CLI::App& program, chosen_command& chosen) {
    auto* const command =
        program.add_subcommand("completion", "Print a script with which a shell completes this command line");
    auto const shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "The shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&program, &chosen, shell] {
        chosen = [&program, shell] { return print_completion(program, *shell); };
    });
}

}  // namespace tocsin::program
