using System.Text;
using Loam.Cli.Commands;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Completing;

namespace Loam.Cli.Shell;

/// <summary>A conversation with the machine: requests in words, and every verb without
/// <c>loam</c>. Without a terminal it reads lines from standard input.</summary>
internal sealed class InteractiveShell
{
    private readonly Invocation _call;
    private readonly Terminal _screen;
    private readonly Func<Invocation, string, CancellationToken, Task<ExitCode>> _ask;
    private readonly LineEditor? _editor;
    private IReadOnlyList<string> _services = [];
    private Completer? _completer;
    private string _shownStatus = "";

    /// <param name="ask">Takes a request in words through; keeps the conversation.</param>
    public InteractiveShell(
        Invocation call, Func<Invocation, string, CancellationToken, Task<ExitCode>> ask)
    {
        _call = call;
        _screen = call.Terminal;
        _ask = ask;
        if (_screen is { Asks: true, Live: true })
        {
            _editor = new(_screen, () => Console.ReadKey(true),
                new(LineHistory.DefaultFile()), Complete);
            _screen.Editor = ReadAnswerAsync;
        }
        _screen.AskOnInput();
    }

    /// <summary>One line that somebody sent who has nothing but this program: it starts nothing of
    /// Loam's own processes, and speaks to no other instance.</summary>
    public async Task<ExitCode> RunOneAsync(string line, CancellationToken cancel)
    {
        var words = Words(line);
        List<string> own = [.. words[0] == "loam" && words.Count > 1 ? words.Skip(1) : words];
        if (own.Any(w => w == "--home" || w.StartsWith("--home=", StringComparison.Ordinal))
            || CommandTable.All.FirstOrDefault(c => c.Is(own[0])) is
                { IsHidden: true } or { Name: "daemon" })
        {
            _screen.Write(FailureView.Of("That cannot be said from here.",
                "`help` lists what can.", _screen.Look));
            return ExitCode.Invalid;
        }
        if (!own.Exists(w => w.StartsWith('-')))
        {
            return await RunLineAsync(line, cancel).ConfigureAwait(false);
        }
        // With options it is a command line.
        return await CommandLineApp.RunAsync(own, _screen, _ => _call.Paths, _call.Time, cancel)
            .ConfigureAwait(false);
    }

    /// <returns>Of the last line.</returns>
    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        var last = ExitCode.Done;
        if (await ShowStatusAsync(cancel).ConfigureAwait(false) is { } status)
        {
            _screen.Write(new Line("Say what you need, or ", Ink.Dim).Add("help", Ink.Accent)
                .Add(status.Services.IsEmpty ? ". For instance: set up a web server" : ".",
                    Ink.Dim));
        }
        while (true)
        {
            var line = await ReadLineAsync(cancel).ConfigureAwait(false);
            if (line is null || line.Trim() is "exit" or "quit")
            {
                return last;
            }
            if (line.Trim().Length == 0)
            {
                continue;
            }
            last = await RunLineAsync(line.Trim(), cancel).ConfigureAwait(false);
            _completer = null;
            await ShowStatusAsync(cancel).ConfigureAwait(false);
        }
    }

    private async Task<ExitCode> RunLineAsync(string line, CancellationToken cancel)
    {
        try
        {
            var words = Words(line);
            if (words.Count > 1 && words[0] == "loam")
            {
                words = [.. words.Skip(1)];
            }
            if (ParsedVerb(words) is { } verb)
            {
                return await verb.Command.Run(verb, cancel).ConfigureAwait(false);
            }
            return await _ask(_call, line, cancel).ConfigureAwait(false);
        }
        catch (CommandFailure failure)
        {
            _screen.Write(FailureView.Of(failure.Message, failure.Remedy, _screen.Look));
            return failure.Exit;
        }
        catch (HostException fault)
        {
            _screen.Write(FailureView.Of(fault.Message, fault.Remedy, _screen.Look));
            return ExitCode.Failed;
        }
    }

    /// <summary>The verb that was typed; null when the line is a request in words, also one that
    /// happens to begin like a verb.</summary>
    private Invocation? ParsedVerb(IReadOnlyList<string> words)
    {
        if (words.Count == 0
            || CommandTable.All.FirstOrDefault(c => c.Is(words[0])) is not { } named
            || named.Name is "shell" or "ask" or "daemon")
        {
            return null;
        }
        Command command;
        IReadOnlyList<string> rest;
        IReadOnlyDictionary<string, IReadOnlyList<string>> values;
        try
        {
            (command, rest, values) = Parser.Parse(words, CommandTable.All);
        }
        catch (CommandFailure) when (words.Count > 2 && !words.Any(w => w.StartsWith('-')))
        {
            return null;
        }
        if (named is { Completes: Completes.Services, Least: 0 } && !rest.All(_services.Contains))
        {
            return null;
        }
        return new(values.ContainsKey("help") ? CommandTable.All.First(c => c.Name == "help")
            : command, values.ContainsKey("help") ? [command.Name] : rest, values, _screen)
        {
            Paths = _call.Paths,
            Time = _call.Time,
        };
    }

    /// <summary>One line when it says something new: host, services, what wants attention.
    /// </summary>
    private async Task<MachineStatus?> ShowStatusAsync(CancellationToken cancel)
    {
        if (_editor is null)
        {
            return null;
        }
        try
        {
            var status = await _call.Client.StatusNowAsync(cancel).ConfigureAwait(false);
            _services = [.. status.Services.Select(s => s.Name)];
            var line = StatusView.Summary(status);
            if (line.Text != _shownStatus)
            {
                _screen.Write(line);
                _shownStatus = line.Text;
            }
            return status;
        }
        catch (CommandFailure failure) when (_shownStatus.Length > 0)
        {
            _screen.Write(FailureView.Of(failure.Message, failure.Remedy, _screen.Look));
            return null;
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancel)
    {
        if (_editor is null)
        {
            return await _screen.Input.ReadLineAsync(cancel).ConfigureAwait(false);
        }
        while (true)
        {
            var end = Edit(new Line("loam ", Ink.Bold).Add("› ", Ink.Accent), true, false,
                out var line);
            if (end != LineEnd.Cancelled)
            {
                return end == LineEnd.Closed ? null : line;
            }
        }
    }

    private Task<string?> ReadAnswerAsync(Line question, bool hidden, CancellationToken cancel)
    {
        var end = Edit(question, false, hidden, out var line);
        return Task.FromResult(end == LineEnd.Entered ? line : null);
    }

    // While a line is edited Ctrl-C belongs to it; otherwise it is a signal.
    private LineEnd Edit(Line prompt, bool remember, bool hidden, out string line)
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return _editor!.Read(prompt, remember, hidden, out line);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>A verb's own words where one was typed; everywhere else a sentence may go on.
    /// </summary>
    private IReadOnlyList<string> Complete(string text)
    {
        var words = text.Split(' ');
        List<string> own = [.. Completion.Candidates(words, () => _services)];
        return own.Count > 0 && words.Length > 1 ? own
            : [.. own.Concat(Sentences().Candidates(text)).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)];
    }

    // The state is fetched when it is first wanted, not before every prompt.
    private Completer Sentences()
    {
        try
        {
            return _completer ??= new(new(_call.Client.StateAsync(CancellationToken.None)
                .GetAwaiter().GetResult().Files));
        }
        catch (CommandFailure)
        {
            return _completer = new(StateSet.Empty);
        }
    }

    /// <summary>Words as a shell would part them: quotes hold words together.</summary>
    internal static IReadOnlyList<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var open = false;
        foreach (var c in line)
        {
            if (quote != '\0' ? c == quote : c is '"' && (!open || word.Length == 0))
            {
                quote = quote == '\0' ? c : '\0';
                open = true;
            }
            else if (c == ' ' && quote == '\0')
            {
                if (open)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    open = false;
                }
            }
            else
            {
                word.Append(c);
                open = true;
            }
        }
        if (open)
        {
            words.Add(word.ToString());
        }
        return words;
    }
}
