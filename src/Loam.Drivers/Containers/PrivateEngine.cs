using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers;

/// <summary>Where a private engine keeps its things.</summary>
/// <param name="Instance">Whose it is.</param>
/// <param name="DataRoot">Images and containers; stays.</param>
/// <param name="RunRoot">Socket, process ID, configuration, log; short, since a socket's path has
/// 107 bytes.</param>
/// <param name="Mirror">Mirror of Docker Hub, with <c>http://</c> or <c>https://</c>; null: none.
/// </param>
public sealed record PrivateEnginePlace(
    string Instance, string DataRoot, string RunRoot, string? Mirror)
{
    public string Socket => Path.Combine(RunRoot, "docker.sock");
    internal string PidFile => Path.Combine(RunRoot, "docker.pid");
    internal string Config => Path.Combine(RunRoot, "daemon.json");
    internal string ExecRoot => Path.Combine(RunRoot, "exec");
    internal string Log => Path.Combine(RunRoot, "engine.log");
}

/// <summary>A dockerd of this instance's own, beside whatever the host has (decision 20). It
/// outlives the daemon that started it, is found again by the next one, and keeps its containers
/// running while it is away itself.</summary>
public sealed class PrivateEngine(PrivateEnginePlace place, TimeProvider clock)
{
    private readonly EngineProcess _process = new("The private engine", place.Log, clock);
    private readonly PrivateEngineNet _net = new(place.Instance);

    /// <summary>Whether this host has the program.</summary>
    public static bool IsInstalled => Command.Find("dockerd") is not null;

    /// <summary>Adopts the engine that runs, or starts it.</summary>
    /// <returns>A client that the caller disposes.</returns>
    /// <exception cref="HostException">Unsupported: no dockerd. Unavailable or Timeout: it does
    /// not come up; the message has its last words.</exception>
    public async Task<DockerEngine> StartAsync(CancellationToken cancel)
    {
        EngineProcess.RequireShort(place.Socket);
        var program = Command.Find("dockerd") ?? throw new HostException(
            Fault.Unsupported, "dockerd is not installed.",
            "Install Docker (on Debian: apt install docker.io) or start another engine.");
        int pid;
        try
        {
            pid = await RunningOrStartedAsync(program, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                Fault.Unsupported, $"The private engine cannot be started: {error.Message}",
                "Check its directories.");
        }
        var engine = new DockerEngine(place.Socket);
        try
        {
            await _process.AnswerAsync(pid, engine.PingAsync, cancel).ConfigureAwait(false);
            engine.NetworksChanged = token => GuardAsync(engine, token);
            await GuardAsync(engine, cancel).ConfigureAwait(false);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Ends the engine; its containers run on. Not running is success.</summary>
    /// <exception cref="HostException">Timeout: it does not end.</exception>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (RunningPid() is { } pid)
        {
            await _process.StopAsync(pid, cancel).ConfigureAwait(false);
        }
        RemoveLeftovers();
        await _net.CloseAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Its process, when it runs: the number in its file may be another's by now.
    /// </summary>
    public int? RunningPid()
    {
        try
        {
            if (!int.TryParse(
                    File.ReadAllText(place.PidFile), CultureInfo.InvariantCulture, out var pid)
                || !DetachedProcess.IsAlive(pid))
            {
                return null;
            }
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words.Contains($"unix://{place.Socket}") ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<int> RunningOrStartedAsync(string program, CancellationToken cancel)
    {
        Directory.CreateDirectory(place.RunRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite
            | UnixFileMode.UserExecute);
        Directory.CreateDirectory(place.DataRoot);
        EngineLog.Trim(place.Log);
        if (RunningPid() is { } running)
        {
            return running;
        }
        RemoveLeftovers();
        // Networks come up with the engine, so their walls stand before it does.
        // It never writes iptables: that would leave the host's forwarding policy changed, cut
        // off Podman, and flush the rules of a Docker that is there or comes later.
        var range = _net.Prepare();
        await _net.GuardAsync([], cancel).ConfigureAwait(false);
        await File.WriteAllBytesAsync(place.Config, Config(range), cancel).ConfigureAwait(false);
        return Start(program);
    }

    private async Task GuardAsync(DockerEngine engine, CancellationToken cancel) =>
        await _net.GuardAsync(
            await engine.ListNetworksAsync(place.Instance, cancel).ConfigureAwait(false), cancel)
            .ConfigureAwait(false);

    private int Start(string program)
    {
        string[] arguments =
        [
            "--config-file", place.Config, "--host", $"unix://{place.Socket}",
            "--data-root", place.DataRoot, "--exec-root", place.ExecRoot,
            "--pidfile", place.PidFile,
        ];
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = place.RunRoot,
        };
        foreach (var name in (string[])["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }
        try
        {
            return DetachedProcess.Start(program, arguments, environment, place.Log);
        }
        catch (Win32Exception error)
        {
            throw new HostException(
                Fault.Unsupported, $"dockerd cannot be started: {error.Message}.", "");
        }
    }

    /// <summary>A file, not options: dockerd would otherwise read the host's own file, which is
    /// another engine's.</summary>
    /// <param name="range">Addresses for its networks, CIDR.</param>
    private byte[] Config(string range)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("bridge", _net.Bridge);
            json.WriteBoolean("live-restore", true);
            json.WriteBoolean("iptables", false);
            json.WriteStartArray("default-address-pools");
            json.WriteStartObject();
            json.WriteString("base", range);
            json.WriteNumber("size", 24);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("log-level", "warn");
            if (place.Mirror is { } mirror)
            {
                json.WriteStartArray("registry-mirrors");
                json.WriteStringValue(mirror);
                json.WriteEndArray();
                if (mirror.StartsWith("http://", StringComparison.Ordinal))
                {
                    json.WriteStartArray("insecure-registries");
                    json.WriteStringValue(new Uri(mirror).Authority);
                    json.WriteEndArray();
                }
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>What a killed engine leaves. dockerd takes a number in a file for a running
    /// process although another has it now, or the process is a zombie, and then waits for it in
    /// vain.</summary>
    private void RemoveLeftovers()
    {
        File.Delete(place.PidFile);
        File.Delete(place.Socket);
        var containerd = Path.Combine(place.ExecRoot, "containerd", "containerd.pid");
        if (File.Exists(containerd) && !IsContainerd(File.ReadAllText(containerd)))
        {
            File.Delete(containerd);
        }
    }

    private bool IsContainerd(string text)
    {
        try
        {
            return int.TryParse(text, CultureInfo.InvariantCulture, out var pid)
                && DetachedProcess.IsAlive(pid)
                && File.ReadAllText($"/proc/{pid}/cmdline").Contains(
                    place.ExecRoot, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
