using Loam.Core.Catalog;
using Loam.Core.StateFiles;

namespace Loam.Cli.Commands;

/// <summary>Completion: scripts that ask <c>loam</c> itself, and its answers.</summary>
internal static class Completion
{
    /// <summary>The hidden first word with which the scripts ask.</summary>
    public const string Asking = "--complete";

    private const string Bash = """
        _loam() {
            local IFS=$'\n'
            COMPREPLY=($(loam --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default 2>/dev/null
        }
        complete -F _loam loam

        """;

    private const string Zsh = """
        #compdef loam
        _loam() {
            local -a found
            found=("${(@f)$(loam --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            [[ -n "${found[1]}" ]] && compadd -a found || _files
        }
        compdef _loam loam

        """;

    private const string Fish = """
        function __loam
            set -l words (commandline -opc) (commandline -ct)
            loam --complete $words[2..-1] 2>/dev/null
        end
        complete -c loam -a '(__loam)'

        """;

    public static string? Script(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => null,
    };

    public static bool WantsServices(IReadOnlyList<string> words)
    {
        var wanted = false;
        _ = Candidates(words, () =>
        {
            wanted = true;
            return [];
        }).ToList();
        return wanted;
    }

    /// <summary>What may stand in place of the last word.</summary>
    /// <param name="services">Names of services; asked only where one is wanted.</param>
    public static IEnumerable<string> Candidates(
        IReadOnlyList<string> words, Func<IEnumerable<string>> services)
    {
        var last = words.Count == 0 ? "" : words[^1];
        var before = words.Take(Math.Max(0, words.Count - 1)).ToList();
        var command = before.Where(w => !w.StartsWith('-'))
            .Select(w => CommandTable.All.FirstOrDefault(c => c.Is(w))).FirstOrDefault();
        IEnumerable<string> all;
        if (last.StartsWith('-'))
        {
            all = (command?.Options ?? []).Concat(Parser.Global).Select(o => "--" + o.Name);
        }
        else if (command is null)
        {
            all = CommandTable.All.Where(c => c.Name is not ("shell" or "ask") && !c.IsHidden)
                .SelectMany(c => c.Aliases.Prepend(c.Name));
        }
        else
        {
            all = command.Completes switch
            {
                Completes.Services => services(),
                Completes.Shells => ["bash", "zsh", "fish"],
                Completes.Kinds => FileKinds.All.Select(k => k.Kind),
                Completes.Apps when before.Count(w => !w.StartsWith('-')) == 1 =>
                    AppCatalog.FileNames,
                Completes.Secrets when before.Count(w => !w.StartsWith('-')) == 1 =>
                    ["set", "list", "rm"],
                _ => command.Name == "help" ? CommandTable.All.Select(c => c.Name) : [],
            };
        }
        return all.Where(w => w.StartsWith(last, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }
}
