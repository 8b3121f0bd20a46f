using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Firewall;

/// <summary>A process of its own that puts back what was there before when its time comes and
/// nobody has disarmed it: also when the daemon was killed or cannot start any more.</summary>
/// <remarks>The order is a file. Whoever renames it first has it.</remarks>
/// <param name="file">How the order's name begins; in the data directory.</param>
/// <param name="program">This program.</param>
public sealed class Deadman(string file, string program, TimeProvider time) : IDeadman
{
    /// <summary>The verb under which the process is started.</summary>
    public const string Verb = "deadman";

    private const string Ready = ".ready", Disarmed = ".disarmed", Fired = ".fired";
    private const int OwnerOnly = 0b110_000_000;
    private const int MostBytes = 4 * 1024 * 1024;
    private const int MostTries = 600;

    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public async Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{(after + Limits.DeadmanGrace).TotalMilliseconds:0}\n")
            + JsonSerializer.Serialize(back, LoamJson.Default.PutBack);
        // A name of its own: a change may arm several, and each process has its own.
        var order = $"{file}-{Guid.NewGuid():N}";
        AtomicFile.Write(order, Encoding.UTF8.GetBytes(text), OwnerOnly);
        try
        {
            DetachedProcess.Start(program, [Verb, order],
                new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
                file + ".log");
        }
        catch (Win32Exception error)
        {
            AtomicFile.Delete(order);
            throw Failed(error.Message);
        }
        var began = time.GetTimestamp();
        while (!File.Exists(order + Ready))
        {
            if (time.GetElapsedTime(began) > s_start)
            {
                AtomicFile.Delete(order);
                throw Failed($"{file}.log may say why");
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }

    public bool Disarm()
    {
        var fired = false;
        foreach (var path in Directory.EnumerateFiles(
            Path.GetDirectoryName(file)!, Path.GetFileName(file) + "-*"))
        {
            fired |= !Path.HasExtension(path) && !Take(path, Disarmed);
            fired |= Path.GetExtension(path) == Fired;
        }
        foreach (var path in Directory.EnumerateFiles(
            Path.GetDirectoryName(file)!, Path.GetFileName(file) + "-*"))
        {
            fired |= Path.GetExtension(path) == Fired;
            AtomicFile.Delete(path);
        }
        return !fired;
    }

    /// <summary>Takes an order away under another name, whole: only one can.</summary>
    private static bool Take(string order, string name)
    {
        try
        {
            File.Move(order, order + name);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The process itself: waits, and acts if the order is still there.</summary>
    /// <param name="putBack">Does what the order says.</param>
    /// <returns>True: what was there before is in force.</returns>
    public static async Task<bool> WatchAsync(string order,
        Func<PutBack, CancellationToken, Task> putBack, TimeProvider time,
        CancellationToken cancel)
    {
        var text = AtomicFile.Read(order, MostBytes) is { } bytes
            ? Encoding.UTF8.GetString(bytes) : "";
        var line = text.IndexOf('\n', StringComparison.Ordinal);
        if (line < 0 || !long.TryParse(
            text.AsSpan(0, line), CultureInfo.InvariantCulture, out var milliseconds)
            || Read(text[(line + 1)..]) is not { } back)
        {
            throw new HostException(Fault.NotFound, $"{order} is no order to wait for.");
        }
        AtomicFile.Write(order + Ready, [], OwnerOnly);
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began).TotalMilliseconds < milliseconds)
        {
            if (!File.Exists(order))
            {
                return false;
            }
            await Task.Delay(s_pause, time, cancel);
        }
        if (!Take(order, Fired))
        {
            return false;
        }
        await TakeBackAsync(() => putBack(back, cancel), time, cancel);
        return true;
    }

    /// <summary>Somebody may stand before a locked door: one refusal, as of nftables while
    /// another program holds it, is no reason to leave it locked.</summary>
    private static async Task TakeBackAsync(
        Func<Task> putBack, TimeProvider time, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await putBack();
                return;
            }
            catch (HostException) when (tries < MostTries)
            {
                await Task.Delay(s_pause, time, cancel);
            }
        }
    }

    private static PutBack? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LoamJson.Default.PutBack);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HostException Failed(string why) => new(Fault.Exhausted,
        $"The process that would take the change back could not be started: {why}.",
        "Nothing was changed; try again.");
}
