using Loam.Core.StateFiles.Types;

namespace Loam.Cli.Commands;

/// <summary>Reads a command line against the table of verbs. Whatever is no verb and has more
/// than one word is a request in words.</summary>
internal static class Parser
{
    /// <summary>Accepted with every verb.</summary>
    public static IReadOnlyList<Option> Global { get; } =
    [
        new("home", null, "DIR", "the instance in this directory instead of the machine's"),
        new("output", "o", "FORMAT", "json: one answer for programs; text: for people"),
        new("yes", "y", null, "approve the plan without a question; never a restricted one"),
        new("confirm", null, "FILE", "approve the restricted change of this file", true),
        new("no-color", null, null, "no colours"),
        new("help", "h", null, "what the verb does, with an example"),
    ];

    /// <summary>Verb, words and options.</summary>
    /// <exception cref="CommandFailure">Invalid: an unknown verb or option, or a missing or
    /// superfluous word.</exception>
    public static (Command Command, IReadOnlyList<string> Words,
        IReadOnlyDictionary<string, IReadOnlyList<string>> Values) Parse(
        IReadOnlyList<string> args, IReadOnlyList<Command> table)
    {
        var words = new List<string>();
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        Command? command = null;
        for (var at = 0; at < args.Count; at++)
        {
            var arg = args[at];
            if (arg == "--")
            {
                words.AddRange(args.Skip(at + 1));
                break;
            }
            if (arg.Length > 1 && arg[0] == '-')
            {
                at = ReadOption(args, at, command, values);
                continue;
            }
            if (command is null && words.Count == 0
                && table.FirstOrDefault(c => c.Is(arg)) is { } named)
            {
                command = named;
                continue;
            }
            words.Add(arg);
        }
        command ??= Implied(words, values, table);
        if (!values.ContainsKey("help"))
        {
            CheckCount(command, words);
        }
        CheckOptions(command, values);
        CheckFormat(values);
        return (command, words, values.ToDictionary(
            v => v.Key, v => (IReadOnlyList<string>)v.Value, StringComparer.Ordinal));
    }

    private static Command Implied(List<string> words, Dictionary<string, List<string>> values,
        IReadOnlyList<Command> table)
    {
        if (words.Count == 0)
        {
            return table.First(c => c.Name == (values.ContainsKey("help") ? "help" : "shell"));
        }
        if (words.Count > 1 || words[0].Contains(' ', StringComparison.Ordinal))
        {
            return table.First(c => c.Name == "ask");
        }
        var near = Nearest.To(words[0], table.SelectMany(c => c.Aliases.Prepend(c.Name)));
        throw new CommandFailure(ExitCode.Invalid, $"There is no verb '{words[0]}'.",
            (near is null ? "" : $"Did you mean `loam {near}`? ")
            + "`loam help` lists the verbs; a request has more than one word: "
            + "`loam \"set up a web server\"`.");
    }

    private static int ReadOption(IReadOnlyList<string> args, int at, Command? command,
        Dictionary<string, List<string>> values)
    {
        var arg = args[at];
        var isLong = arg.StartsWith("--", StringComparison.Ordinal);
        var name = isLong ? arg[2..] : arg[1..2];
        string? attached = isLong ? null : arg.Length > 2 ? arg[2..] : null;
        if (isLong && name.IndexOf('=', StringComparison.Ordinal) is var cut && cut >= 0)
        {
            attached = name[(cut + 1)..];
            name = name[..cut];
        }
        // Before any verb it may be one of the request's that is to come.
        IReadOnlyList<Option> known = [.. (command ?? Asking).Options, .. Global];
        var option = known.FirstOrDefault(o => isLong ? o.Name == name : o.Short == name)
            ?? throw Unknown(arg, name, isLong, known, command);
        var value = "";
        if (option.Value is null)
        {
            if (attached is not null)
            {
                throw new CommandFailure(
                    ExitCode.Invalid, $"--{option.Name} takes no value, but has '{attached}'.");
            }
        }
        else if (attached is not null)
        {
            value = attached.StartsWith('=') && !isLong ? attached[1..] : attached;
        }
        else if (at + 1 < args.Count)
        {
            value = args[++at];
        }
        else
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"--{option.Name} needs a value: --{option.Name} {option.Value}.");
        }
        if (values.TryGetValue(option.Name, out var list) && option.Repeats)
        {
            list.Add(value);
        }
        else
        {
            values[option.Name] = [value];
        }
        return at;
    }

    private static CommandFailure Unknown(string arg, string name, bool isLong,
        IReadOnlyList<Option> known, Command? command)
    {
        var near = isLong ? Nearest.To(name, known.Select(o => o.Name)) : null;
        var verb = command is null ? "loam" : $"loam {command.Name}";
        return new(ExitCode.Invalid, $"`{verb}` has no option {arg}.",
            near is null ? $"`{verb} --help` lists its options." : $"Did you mean --{near}?");
    }

    private static Command Asking => CommandTable.All.First(c => c.Name == "ask");

    private static void CheckOptions(Command command, Dictionary<string, List<string>> values)
    {
        foreach (var name in values.Keys.Where(n => Asking.Options.Any(o => o.Name == n)
            && !command.Options.Concat(Global).Any(o => o.Name == n)))
        {
            throw Unknown("--" + name, name, true, [.. command.Options, .. Global], command);
        }
    }

    private static void CheckCount(Command command, List<string> words)
    {
        if (words.Count < command.Least)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"`loam {command.Name}` needs {command.Arguments}.",
                $"For example: `{command.Example}`.");
        }
        if (words.Count > command.Most)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"`loam {command.Name}` does not take '{words[command.Most]}'.",
                $"For example: `{command.Example}`. If this is a request in words, write "
                + "`loam ask …`.");
        }
    }

    private static void CheckFormat(Dictionary<string, List<string>> values)
    {
        if (values.TryGetValue("output", out var format) && format[^1] is not ("json" or "text"))
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"The output format '{format[^1]}' is unknown.", "Use json or text.");
        }
    }
}
