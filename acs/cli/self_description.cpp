// What acsctl says of itself, made from the commands as they are: completion for shells, and the manual page.
#include "cli/self_description.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <vector>

namespace cli {

namespace {

std::vector<CLI::App const*> commands_of(CLI::App const& app)
{
    auto const all = [](CLI::App const* command) { return !command->get_name().empty(); };
    return app.get_subcommands(all);
}

bool is_operand(CLI::Option const& option)
{
    return option.get_positional();
}

/// "--limit --where", all options of a command.
std::string option_names(CLI::App const& app)
{
    std::string names;
    for (auto const* const option : app.get_options())
        for (auto const& name : option->get_lnames())
            names += (names.empty() ? "--" : " --") + name;
    return names;
}

std::string command_names(CLI::App const& app)
{
    std::string names;
    for (auto const* const command : commands_of(app))
        names += (names.empty() ? "" : " ") + command->get_name();
    return names;
}

std::string bash_completion(CLI::App const& app)
{
    std::string cases;
    for (auto const* const command : commands_of(app))
        cases += fmt::format("        {}) words=\"{}\" ;;\n", command->get_name(), option_names(*command));
    return fmt::format(R"(# Completion of acsctl for bash: source <(acsctl completion bash)
_acsctl() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command= word words
    local commands="{}"
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case " $commands " in *" $word "*) command=$word; break ;; esac
    done
    case $command in
        "") words="$commands" ;;
{}    esac
    case $current in -*) words="$words {}" ;; esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [ -z "$command" ] || [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -F _acsctl acsctl
)",
                       command_names(app), cases, option_names(app));
}

/// A text in single quotes for fish.
std::string in_single_quotes(std::string_view text)
{
    std::string quoted = "'";
    for (auto const c : text)
        quoted += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    return quoted + "'";
}

std::string fish_completion(CLI::App const& app)
{
    std::string script = "# Completion of acsctl for fish: acsctl completion fish | source\n";
    auto const options = [&script](CLI::App const& of, std::string const& condition) {
        for (auto const* const option : of.get_options())
            for (auto const& name : option->get_lnames())
                script += fmt::format("complete -c acsctl {}-l {} -d {}\n", condition, name,
                                      in_single_quotes(option->get_description()));
    };
    options(app, "");
    for (auto const* const command : commands_of(app)) {
        script += fmt::format("complete -c acsctl -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                              in_single_quotes(command->get_description()));
        options(*command, fmt::format("-n '__fish_seen_subcommand_from {}' ", command->get_name()));
    }
    return script;
}

/// A text that troff takes for text.
std::string troff(std::string_view text)
{
    std::string safe;
    for (auto const c : text) {
        if (c == '\\')
            safe += "\\e";
        else if (c == '-')
            safe += "\\-";
        else if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n'))
            safe += fmt::format("\\&{}", c);
        else
            safe += c;
    }
    return safe;
}

std::string man_of_options(CLI::App const& app)
{
    std::string text;
    for (auto const* const option : app.get_options()) {
        auto const name = is_operand(*option) ? option->get_name(true) : option->get_name(false, true);
        text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", troff(name), troff(option->get_description()));
    }
    return text;
}

std::string synopsis_of(CLI::App const& command)
{
    std::string text = command.get_name();
    for (auto const* const option : command.get_options())
        if (is_operand(*option))
            text +=
                option->get_required() ? " " + option->get_name(true) : fmt::format(" [{}]", option->get_name(true));
    return text;
}

}  // namespace

base::Result<std::string> completion(CLI::App const& app, std::string_view shell)
{
    if (shell == "bash")
        return bash_completion(app);
    if (shell == "zsh")
        return "# Completion of acsctl for zsh: source <(acsctl completion zsh)\n"
               "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" +
               bash_completion(app);
    if (shell == "fish")
        return fish_completion(app);
    return base::fail(fmt::format("there is no completion for {}: bash, zsh or fish", shell));
}

std::string man_page(CLI::App const& app)
{
    auto page = fmt::format(".TH ACSCTL 1\n.SH NAME\nacsctl \\- {}\n.SH SYNOPSIS\n.B acsctl\n[OPTION...] COMMAND "
                            "[OPERAND...] [OPTION...]\n.SH OPTIONS\n{}",
                            troff(app.get_description()), man_of_options(app));
    page += ".SH COMMANDS\n";
    for (auto const* const command : commands_of(app))
        page += fmt::format(".SS {}\n{}\n{}", troff(synopsis_of(*command)), troff(command->get_description()),
                            man_of_options(*command));
    page += ".SH ENVIRONMENT\n.TP\n\\fBACS_SERVER\\fR, \\fBACS_TOKEN\\fR, \\fBACS_CA\\fR\n"
            "URL of the API, bearer token, PEM file of authorities to trust, where no option gives them.\n"
            ".TP\n\\fBACS_PROFILE\\fR\nThe profile, where \\fB\\-\\-profile\\fR does not name it.\n"
            ".SH FILES\n.TP\n\\fI~/.config/acs/acsctl.toml\\fR\nThe keys server, token and ca, where neither options "
            "nor the environment give them; acsctl login keeps its token there. Further servers have the same keys in "
            "tables [profile.NAME]; with one of them chosen, only it and options count.\n"
            ".SH EXIT STATUS\n0: done. 1: failed. 2: wrong usage or configuration. 3: not finished yet "
            "(\\fB\\-\\-wait\\fR).\n";
    return page;
}

}  // namespace cli
