using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>The DHCP client of BusyBox, a process for each interface. It sets nothing: a script
/// prints what it was told. What an earlier daemon left, which was killed, is ended.</summary>
/// <param name="folder">Where that script stands; not mounted <c>noexec</c>.</param>
/// <param name="hostName">Told to servers; null: none is.</param>
/// <param name="prefix">What is called with the client as its arguments, such as nsenter into
/// another network namespace; empty: the client itself.</param>
public sealed class Udhcpc(string folder, Func<string?> hostName, TimeProvider time,
    params IReadOnlyList<string> prefix) : IDhcp, IDisposable
{
    public const string Program = "busybox";

    private const uint Executable = 0b111_000_000;

    /// <summary>One that ended is not begun again sooner.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Client> _clients = new(StringComparer.Ordinal);

    public static bool CanRun => Command.Find(Program) is not null;

    /// <summary>Ends those of an earlier daemon.</summary>
    public void EndLeft()
    {
        foreach (var file in Directory.EnumerateFiles(folder, "dhcp-*.pid"))
        {
            EndLeft(file);
            Delete(file);
        }
    }

    /// <summary>One that stays names a process that is none of ours by then.</summary>
    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk may be read-only.
        }
    }

    private string Script => Path.Combine(folder, "dhcp-news");

    public void Begin(string name, string? former)
    {
        lock (_gate)
        {
            if (_clients.TryGetValue(name, out var there))
            {
                if (!there.Process.HasExited || time.GetElapsedTime(there.Began) < s_pause)
                {
                    return;
                }
            }
            var client = new Client(Start(name, former), time.GetTimestamp())
            {
                Told = there?.Told,
            };
            _clients[name] = client;
            there?.Process.Dispose();
            _ = HearAsync(client);
        }
    }

    public void End(string name)
    {
        lock (_gate)
        {
            if (_clients.Remove(name, out var client))
            {
                Command.Kill(client.Process);
                client.Process.Dispose();
            }
        }
    }

    public LeaseNews? Told(string name)
    {
        lock (_gate)
        {
            return _clients.GetValueOrDefault(name)?.Told;
        }
    }

    public void Dispose()
    {
        foreach (var name in _clients.Keys.ToList())
        {
            End(name);
        }
    }

    private Process Start(string name, string? former)
    {
        var pidFile = Path.Combine(folder, $"dhcp-{name}.pid");
        EndLeft(pidFile);
        if (!IsScript())
        {
            AtomicFile.Write(Script, Encoding.UTF8.GetBytes(LeaseText.Script), Executable);
        }
        IReadOnlyList<string> all =
        [
            .. prefix, Program, "udhcpc", "-f", "-i", name, "-s", Script, "-p", pidFile,
            // Four questions in as many seconds, then one round after the other; an address that
            // somebody else has is declined.
            "-t", "4", "-T", "1", "-A", "10", "-a300", "-O", "search", "-O", "staticroutes",
            .. former is null ? (string[])[] : ["-r", former.Split('/')[0]],
            .. hostName() is { } own ? (string[])["-x", $"hostname:{own}"] : [],
        ];
        var start = new ProcessStartInfo(Command.Find(all[0]) ?? throw new HostException(
            Fault.Unsupported, $"The program {all[0]} is not installed.", $"Install {all[0]}."))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in all.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception error)
        {
            throw new HostException(Fault.Unsupported,
                $"The program {all[0]} cannot be run: {error.Message}.", $"Install {all[0]} anew.");
        }
    }

    /// <summary>It stands there: a disk that is full now keeps no client from its start.</summary>
    private bool IsScript() => Text(Script) == LeaseText.Script
        && ((uint)File.GetUnixFileMode(Script) & Executable) == Executable;

    private void EndLeft(string pidFile)
    {
        if (int.TryParse(Text(pidFile), NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture, out var pid)
            && Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"))
                ?.Split('\0').Contains(Script) == true)
        {
            DetachedProcess.End(pid);
        }
    }

    /// <returns>Null: it is not there, no longer, or cannot be read.</returns>
    private static string? Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task HearAsync(Client client)
    {
        var hasLease = false;
        try
        {
            while (await client.Process.StandardOutput.ReadLineAsync() is { } line)
            {
                // At first it says that there is no lease yet: that ends none of an earlier one.
                if (LeaseText.Read(line, time.GetUtcNow()) is { } news
                    && (news.Lease is not null || hasLease))
                {
                    hasLease = true;
                    client.Told = news;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It was ended.
        }
    }

    private sealed class Client(Process process, long began)
    {
        private volatile LeaseNews? _told;

        public Process Process => process;
        public long Began => began;

        public LeaseNews? Told
        {
            get => _told;
            set => _told = value;
        }
    }
}
