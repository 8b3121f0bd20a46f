using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Drivers.Containers.Native;

namespace Loam.System.Harness;

/// <summary>The engine of our own, through the commands of containerd and crun.</summary>
public sealed partial class CtrCommand(ContainerdPlace place) : Engine
{
    private static readonly string[] s_command = ["sleep", "1000000"];

    public override string Socket => place.Socket;

    private string Crun => Path.Combine(place.RunRoot, "crun");

    public override Task<string[]> OwnAsync(string name = "") =>
        ListAsync($"labels.\"loam.instance\",labels.\"loam.name\"~=\"{name}\"");

    public override Task<string[]> JobsAsync() => ListAsync("labels.\"loam.job\"");

    public override async Task<string[]> RunningAsync()
    {
        var own = await OwnAsync();
        return [.. (await TasksAsync()).Where(t => own.Contains(t.Id) && t.State == "RUNNING")
            .Select(t => t.Id)];
    }

    /// <summary>By crun: containerd's command now and then ends before it has shown all.</summary>
    public override async Task<string> ExecAsync(string container, params string[] command) =>
        (await Shell.RunAsync(Crun, ["--root", Path.Combine(place.RunRoot, "crun.d", "loam"),
            "exec", container, .. command])).ShouldEnd(0).Output.Trim();

    /// <summary>As the documentation says where it is.</summary>
    public override Task<string> LogAsync(string container)
    {
        var log = Path.Combine(place.DataRoot, "containers", container, "log");
        return File.Exists(log) ? File.ReadAllTextAsync(log) : Task.FromResult("");
    }

    public override async Task<string> LookAtAsync(params string[] containers)
    {
        var seen = new List<string>();
        foreach (var container in containers)
        {
            seen.Add(await RunAsync("containers", "info", container));
        }
        // They come in any order.
        seen.AddRange((await TasksAsync()).Where(t => containers.Contains(t.Id))
            .Select(t => $"{t}").Order());
        return string.Join('\n', seen);
    }

    public override async Task<string[]> ImagesAsync()
    {
        var lines = new List<string>();
        foreach (var container in await OwnAsync())
        {
            using var info = JsonDocument.Parse(await RunAsync("containers", "info", container));
            lines.Add($"{info.RootElement.GetProperty("Labels").GetProperty("loam.service")} "
                + $"{info.RootElement.GetProperty("Image")}");
        }
        return [.. lines.Order()];
    }

    public override async Task MakeStrangersAsync(string[] names, int running)
    {
        var image = $"{new Uri(place.Mirror!).Authority}/library/busybox:latest";
        await RunAsync("images", "pull", "--plain-http", image);
        foreach (var name in names.Take(running))
        {
            // There may be no runc; what the engine itself starts is crun.
            await RunAsync(["run", "--detach", "--null-io", "--runc-binary", Crun,
                "--label", $"loam.note={name}", image, name, .. s_command]);
        }
        foreach (var name in names.Skip(running))
        {
            await RunAsync(["containers", "create", "--label", $"loam.note={name}", image, name,
                .. s_command]);
        }
    }

    public override async Task RemoveAsync(params string[] containers)
    {
        foreach (var container in containers)
        {
            await TryAsync("tasks", "delete", "--force", container);
            await TryAsync("containers", "delete", container);
        }
    }

    private async Task<string[]> ListAsync(string filter) => Lines(
        await RunAsync("containers", "list", "--quiet", filter));

    private async Task<(string Id, string Pid, string State)[]> TasksAsync() =>
        [.. Lines(await RunAsync("tasks", "list")).Skip(1).Select(l => Gap().Split(l.Trim()))
            .Select(f => (f[0], f[1], f[2]))];

    private async Task<string> RunAsync(params string[] arguments) =>
        (await TryAsync(arguments)).ShouldEnd(0).Output.Trim();

    private Task<Ended> TryAsync(params string[] arguments) => Shell.RunAsync(
        "ctr", ["--address", place.Socket, "--namespace", "loam", .. arguments]);

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(" +")]
    private static partial Regex Gap();
}
