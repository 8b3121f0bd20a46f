using System.Globalization;
using Loam.Drivers.Confinement;
using Loam.MindHost;
using Loam.ModelHost;
using Loam.ModelHost.Llama;

namespace Loam.Cli.Commands;

/// <summary>Verbs with which the mind is started; people need none of them.</summary>
internal static class MindCommands
{
    /// <summary>Becomes another program, confined.</summary>
    public static Task<ExitCode> ConfineAsync(Invocation call, CancellationToken cancel)
    {
        var confined = new Confined(call.Words[0], Number<uint>(call, "user"),
            Required(call, "doors"), Required(call, "own"))
        {
            Readable = call.All("read"),
            Shown = [.. call.All("show").Select(s => s.Split('=', 2)).Select(s => s.Length == 2
                ? (s[0], s[1]) : throw new CommandFailure(ExitCode.Invalid,
                    "--show takes NAME=PATH.", "The daemon starts this verb itself."))],
            IsPatient = call.Has("patient"),
            Memory = Number<ulong>(call, "memory"),
        };
        confined.Become([.. call.Words.Skip(1)], Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? ""));
        return Task.FromResult(ExitCode.Failed);
    }

    public static async Task<ExitCode> MindAsync(Invocation call, CancellationToken cancel)
    {
        var daemon = Required(call, "serve");
        await MindProcess.RunAsync(daemon, Environment.CurrentDirectory, call.Time, cancel)
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> WebAsync(Invocation call, CancellationToken cancel)
    {
        await WebHost.WebProcess.RunAsync(Required(call, "serve"), call.Time, cancel)
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
