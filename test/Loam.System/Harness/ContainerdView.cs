using System.Text.Json.Nodes;

namespace Loam.System.Harness;

/// <summary>The engine of our own as a stranger sees it: through containerd's command, in the
/// words of Docker's that stories use.</summary>
/// <param name="data">Where the instance keeps its containers.</param>
/// <param name="mirror">A registry.</param>
public sealed class ContainerdView(string socket, string data, string mirror) : Engine(socket)
{
    public override async Task<Ended> TryAsync(params string[] arguments) => arguments switch
    {
        ["ps", ..] => new(0, string.Join('\n', await ListedAsync(arguments))),
        ["exec", var id, .. var words] => await CallAsync(
            ["tasks", "exec", "--exec-id", Path.GetRandomFileName(), id, .. words]),
        ["logs", var id] => new(0, await File.ReadAllTextAsync(
            Path.Combine(data, "containers", id, "log"))),
        ["rm", "--force", .. var ids] => await EachAsync(ids, RemoveAsync),
        ["inspect", "--format", var form, .. var ids] when form.Contains("loam.service") =>
            await EachAsync(ids, ServiceAsync),
        ["inspect", "--format", _, .. var ids] => await EachAsync(ids, InspectAsync),
        ["inspect", .. var ids] => await EachAsync(ids, InspectAsync),
        ["pull", "--quiet", var image] => await CallAsync(
            ["images", "pull", "--plain-http", Named(image)]),
        ["create", "--name", var name, "--label", var label, var image, .. var words] =>
            await CallAsync(["containers", "create", "--runc-binary", Runtime, "--label", label,
                Named(image), name, .. words]),
        ["start", .. var ids] => await EachAsync(ids,
            id => CallAsync(["tasks", "start", "--detach", id])),
        _ => throw new InvalidOperationException($"no story says {string.Join(' ', arguments)}"),
    };

    // An instance has one to itself, which goes with it.
    public override Task EmptyAsync() => Task.CompletedTask;

    private string Runtime => Path.Combine(Path.GetDirectoryName(Socket)!, "crun");

    /// <summary>containerd's own command knows no mirrors.</summary>
    private string Named(string image) =>
        image.Replace("docker.io", new Uri(mirror).Authority) + ":latest";

    private Task<Ended> CallAsync(params string[] words) => Shell.RunAsync(
        "ctr", ["--address", Socket, "--namespace", "loam", .. words]);

    private async Task<string[]> ListedAsync(string[] arguments)
    {
        var filters = arguments.Where(a => a.StartsWith("label=") || a.StartsWith("name="))
            .Select(a => a.StartsWith("name=") ? $"labels.\"loam.name\"~=\"{a[5..]}\""
                : $"labels.\"{a[6..]}\"");
        return (await CallAsync("containers", "ls", "--quiet", string.Join(',', filters)))
            .ShouldEnd(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<Ended> RemoveAsync(string id)
    {
        await CallAsync("tasks", "kill", "--signal", "9", id);
        await CallAsync("tasks", "delete", "--force", id);
        return await CallAsync("containers", "delete", id);
    }

    private async Task<Ended> InspectAsync(string id)
    {
        var shown = await CallAsync("containers", "info", id);
        // When it was last written says nothing of it.
        var facts = JsonNode.Parse(shown.ShouldEnd(0).Output)!.AsObject();
        facts.Remove("UpdatedAt");
        return new(0, facts.ToJsonString());
    }

    private async Task<Ended> ServiceAsync(string id)
    {
        var facts = JsonNode.Parse(
            (await CallAsync("containers", "info", id)).ShouldEnd(0).Output)!;
        return new(0, $"{facts["Labels"]!["loam.service"]} {facts["Image"]}");
    }

    private static async Task<Ended> EachAsync(string[] ids, Func<string, Task<Ended>> call)
    {
        var ended = new List<Ended>();
        foreach (var id in ids)
        {
            ended.Add(await call(id));
        }
        return new(ended.Max(e => e.Exit), string.Join('\n', ended.Select(e => e.Output.Trim())));
    }
}
