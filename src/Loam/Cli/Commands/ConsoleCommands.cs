using System.Diagnostics;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Drivers.Network;
using Loam.Init;

namespace Loam.Cli.Commands;

/// <summary>The console of a machine of which Loam is the first process.</summary>
internal static class ConsoleCommands
{
    private const int Guesses = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>After which the console is there without the daemon.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>After a wrong password.</summary>
    private static readonly TimeSpan s_penalty = TimeSpan.FromSeconds(2);

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        call.Words switch
        {
            [] => GreetAsync(call, cancel),
            ["password"] => SetPasswordAsync(call, cancel),
            ["rescue"] => Task.FromResult(Rescue(call)),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"console does not know '{call.Words[0]}'.",
                "Use `loam console password` or `loam console rescue`."),
        };

    /// <summary>Greets whoever sits there once the daemon answers, again once it has started, and
    /// is their shell; where no daemon answers, a shell of the system.</summary>
    private static async Task<ExitCode> GreetAsync(Invocation call, CancellationToken cancel)
    {
        var status = await AnswerAsync(call, cancel).ConfigureAwait(false);
        Greet(call, status);
        if (status is { Starting: not null })
        {
            status = await StartedAsync(call, cancel).ConfigureAwait(false);
            Greet(call, status);
        }
        if (!await MayAsync(call, cancel).ConfigureAwait(false))
        {
            return ExitCode.NotApproved;
        }
        return status is null ? Rescue(call)
            : await RequestCommands.ShellAsync(call, cancel).ConfigureAwait(false);
    }

    private static void Greet(Invocation call, MachineStatus? status) => call.Terminal.Write(
        Greeting.Of(status, new KernelLinks().List(), call.Time.GetUtcNow(), call.Terminal.Look));

    /// <summary>One that takes longer still is a daemon that answers, and its shell is there.
    /// </summary>
    /// <returns>Null: it has ended meanwhile.</returns>
    private static async Task<MachineStatus?> StartedAsync(
        Invocation call, CancellationToken cancel)
    {
        try
        {
            return await call.Client.StatusAsync(cancel).ConfigureAwait(false);
        }
        catch (CommandFailure)
        {
            return await NowAsync(call, cancel).ConfigureAwait(false);
        }
    }

    private static async Task<MachineStatus?> NowAsync(
        Invocation call, CancellationToken cancel)
    {
        try
        {
            return await call.Client.StatusNowAsync(cancel).ConfigureAwait(false);
        }
        catch (CommandFailure)
        {
            return null;
        }
    }

    private static async Task<MachineStatus?> AnswerAsync(
        Invocation call, CancellationToken cancel)
    {
        for (var began = call.Time.GetTimestamp();
            call.Time.GetElapsedTime(began) < s_patience;)
        {
            if (await NowAsync(call, cancel).ConfigureAwait(false) is { } status)
            {
                return status;
            }
            await Task.Delay(s_pause, call.Time, cancel).ConfigureAwait(false);
        }
        return null;
    }

    /// <summary>Whoever sits at the console owns the machine, until it has a password.</summary>
    private static async Task<bool> MayAsync(Invocation call, CancellationToken cancel)
    {
        var password = new ConsolePassword(call.Paths.ConsolePasswordFile);
        for (var guess = 0; password.IsSet && guess < Guesses; guess++)
        {
            if (await HiddenAsync(call, "Password of this console (not shown)", cancel)
                .ConfigureAwait(false) is not { } typed)
            {
                return false;
            }
            if (password.Matches(typed))
            {
                return true;
            }
            await Task.Delay(s_penalty, call.Time, cancel).ConfigureAwait(false);
            call.Terminal.Write("That is not it.");
        }
        return !password.IsSet;
    }

    private static Task<string?> HiddenAsync(
        Invocation call, string what, CancellationToken cancel) => SecretCommand.AskHiddenAsync(
            call.Terminal, new Line(what + " ", Ink.Bold).Add("› ", Ink.Accent), cancel);

    private static async Task<ExitCode> SetPasswordAsync(
        Invocation call, CancellationToken cancel)
    {
        if (!Power.IsLoams)
        {
            throw new CommandFailure(ExitCode.Invalid,
                "The console of this machine is another system's, and asks for its passwords.",
                "`passwd` sets those.");
        }
        async Task<string> AskAsync(string what) =>
            await HiddenAsync(call, what + " (not shown; empty: none)", cancel)
                .ConfigureAwait(false) ?? throw new CommandFailure(
                    ExitCode.NotApproved, "No password was given.", "Nothing was changed.");
        var first = await AskAsync("New password of the console").ConfigureAwait(false);
        var second = await AskAsync("Once more").ConfigureAwait(false);
        if (first != second)
        {
            throw new CommandFailure(ExitCode.Invalid, "The two are not the same.",
                "Nothing was changed: `loam console password` begins again.");
        }
        new ConsolePassword(call.Paths.ConsolePasswordFile).Set(first);
        call.Terminal.Write(first.Length == 0 ? "The console asks for no password."
            : "The console asks for it from now on.");
        return ExitCode.Done;
    }

    /// <summary>A shell of the system, for who sits at the machine: a key that opens Loam and
    /// nothing else opens no other shell.</summary>
    private static ExitCode Rescue(Invocation call)
    {
        var terminal = File.ResolveLinkTarget("/proc/self/fd/0", false)?.FullName;
        if (!Power.IsLoams || terminal is null || !FirstProcess.Terminals().Contains(terminal))
        {
            throw new CommandFailure(ExitCode.Invalid,
                "A shell of the system is there at the machine's own console only.",
                "Over SSH, log in with a key that opens a shell.");
        }
        call.Terminal.Write("This is a shell of the system: what is done here nobody plans, "
            + "checks or takes back. `exit` leaves it.");
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = "/", UseShellExecute = false,
        });
        shell!.WaitForExit();
        return ExitCode.Done;
    }
}
