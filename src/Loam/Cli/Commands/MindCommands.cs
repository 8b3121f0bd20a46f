using System.Globalization;
using System.Text.Json;
using Loam.Core.Json;
using Loam.Drivers.Confinement;
using Loam.Drivers.Sandboxes;
using Loam.Mind.Scoping;
using Loam.MindHost;
using Loam.ModelHost;
using Loam.ModelHost.Llama;
using Microsoft.Win32.SafeHandles;

namespace Loam.Cli.Commands;

/// <summary>Verbs with which the daemon starts its confined processes; people need none of them.
/// </summary>
internal static class MindCommands
{
    /// <summary>Becomes another program, confined.</summary>
    public static Task<ExitCode> ConfineAsync(Invocation call, CancellationToken cancel)
    {
        var confined = new Confined(call.Words[0], Number<uint>(call, "user"),
            Required(call, "doors"), Required(call, "own"))
        {
            Readable = call.All("read"), Groups = call.All("group"),
            Shown = [.. call.All("show").Select(s => s.Split('=', 2)).Select(s => s.Length == 2
                ? (s[0], s[1]) : throw new CommandFailure(ExitCode.Invalid,
                    "--show takes NAME=PATH.", "The daemon starts this verb itself."))],
            IsPatient = call.Has("patient"),
            Memory = Number<ulong>(call, "memory"),
        };
        confined.Become([.. call.Words.Skip(1)], Variables());
        return Task.FromResult(ExitCode.Failed);
    }

    public static Task<ExitCode> LowerAsync(Invocation call, CancellationToken cancel)
    {
        Lowered.Become(Number<uint>(call, "user"), call.Words[0], [.. call.Words.Skip(1)],
            Variables());
        return Task.FromResult(ExitCode.Failed);
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");

    public static async Task<ExitCode> MindAsync(Invocation call, CancellationToken cancel)
    {
        var daemon = Required(call, "serve");
        await MindProcess.RunAsync(daemon, Environment.CurrentDirectory, call.Time, cancel)
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>Answers what words cover; asked by file 3.</summary>
    public static async Task<ExitCode> ScopeAsync(Invocation call, CancellationToken cancel)
    {
        Confined.ForbidPrograms();
        using var file = new SafeFileHandle(3, ownsHandle: true);
        var asked = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, asked, 0);
        var order = JsonSerializer.Deserialize(asked, LoamJson.Default.ScopeOrder)!;
        using var output = Console.OpenStandardOutput();
        await JsonSerializer.SerializeAsync(output, ScopeReader.Read(order.State, order.Said),
            LoamJson.Default.Scope, cancel).ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> WebAsync(Invocation call, CancellationToken cancel)
    {
        await WebHost.WebProcess.RunAsync(Required(call, "serve"), call.Time, cancel)
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> NamesAsync(Invocation call, CancellationToken cancel)
    {
        await NamesHost.NamesProcess.RunAsync(Required(call, "table"),
            Number<int>(call, "asking"), Number<int>(call, "networks"), cancel)
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> ModelHostAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Value("probe") is { } folder)
        {
            call.Terminal.Write(LlamaLibrary.Open(folder));
            return ExitCode.Done;
        }
        var options = new ModelHostOptions(Required(call, "libraries"), Required(call, "model"),
            Required(call, "name"), Number<int>(call, "context"), Number<int>(call, "threads"),
            call.Has("stays"));
        return await ModelHostProcess.RunAsync(options, call.Time, cancel).ConfigureAwait(false)
            ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Required(Invocation call, string option) => call.Value(option)
        ?? throw new CommandFailure(ExitCode.Invalid, $"--{option} is missing.",
            "The daemon starts this verb itself.");

    private static T Number<T>(Invocation call, string option) where T : IParsable<T> =>
        T.TryParse(Required(call, option), CultureInfo.InvariantCulture, out var number) ? number
            : throw new CommandFailure(ExitCode.Invalid, $"--{option} takes a number.",
                "The daemon starts this verb itself.");
}
