using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>A model of this machine: files of some hundred kilobytes that the story writes, llama.cpp
/// itself, and every process that lies between a person's words and a token. Told on one engine,
/// which has no part in it.</summary>
[Collection("docker")]
public sealed class LocalModels(DockerGround ground) : Telling(ground)
{
    /// <summary>Every letter is a token to these models.</summary>
    private const int Context = 49_152;

    private const string Wish = "make web survive a holiday rush";
    private const string Beyond = "what is the capital of France?";

    [NeedingFact]
    public Task A_file_on_this_machine_proposes() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        const string image = "      image: loam-test/web:1";
        var wanted = Loam.Read("services.yaml").Replace(
            image, $"{image}\n      resources: {{memory: 512Mi}}");
        await DeclareAsync(Make("proposer", path => TinyModel.Saying(
            path, [Call("propose_files", new JsonObject
            {
                ["words"] = "I give web more memory.",
                ["files"] = new JsonArray(new JsonObject
                {
                    ["file"] = "services.yaml", ["text"] = wanted,
                }),
            })], context: Context)));

        (await Loam.RunAsync("--yes", Wish)).ShouldEnd(0).ShouldSay(
            "I give web more memory.", "local proposer", "no cost", "memory");
        Loam.Read("services.yaml").ShouldContain("512Mi");

        // Any program of root or of the group may ask it, and nobody else.
        (await CurlAsync("/v1/models")).ShouldEnd(0).ShouldSay("\"id\":\"proposer\"");
        (await Shell.RunAsync("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
            "curl", "-sS", "--unix-socket", Loam.Paths.ModelSocket, "http://model/v1/models"))
            .Exit.ShouldNotBe(0);
        var status = await File.ReadAllTextAsync($"/proc/{await HostAsync()}/status");
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("Seccomp:\t2");
        status.ShouldNotContain("Uid:\t0");
    });

    [NeedingFact]
    public Task Whatever_becomes_of_its_process_the_next_who_asks_is_answered() =>
        StoryAsync(async () =>
    {
        await DeclareAsync(Make("endless", path => TinyModel.Saying(
            path, ["on", " and", " on,"], isEndless: true, context: Context)));

        // Killed in the middle of an answer.
        using (var asked = Begin("\"stream\":true"))
        {
            await Wait.ForAsync("the answer to begin", () =>
                Task.FromResult(asked.Output.Contains("content")));
            (await Shell.RunAsync("kill", "-9", await HostAsync())).ShouldEnd(0);
            (await asked.EndAsync()).Exit.ShouldNotBe(0);
        }
        await AnswersAsync();
        (await Loam.RunAsync("events")).ShouldSay("The model host ended with 137");

        // Hung: whoever waits hears of it, and so does the daemon.
        var hung = await HostAsync();
        using (var asked = Begin("\"stream\":true"))
        {
            await Wait.ForAsync("the answer to begin", () =>
                Task.FromResult(asked.Output.Contains("content")));
            (await Shell.RunAsync("kill", "-STOP", hung)).ShouldEnd(0);
            (await asked.EndAsync(TimeSpan.FromMinutes(2))).Exit.ShouldNotBe(0);
        }
        await AnswersAsync();
        (await HostAsync()).ShouldNotBe(hung);
        (await Loam.RunAsync("events")).ShouldSay("The model host was silent for 20 s");

        // Out of memory: there is none from now on.
        var user = (await Shell.RunAsync("stat", "-c", "%u", Loam.Paths.ModelDir)).Output.Trim();
        (await Shell.RunAsync("setpriv", "--reuid", user, "--regid", user, "--clear-groups",
            "prlimit", "--pid", await HostAsync(), "--data=1000000:1000000")).ShouldEnd(0);
        using (var asked = Begin("\"max_tokens\":40000"))
        {
            (await asked.EndAsync(TimeSpan.FromMinutes(2))).Exit.ShouldNotBe(0);
        }
        await AnswersAsync();
        (await Loam.RunAsync("status")).ShouldEnd(0);
    });

    [NeedingFact]
    public Task What_cannot_be_used_is_said_in_a_sentence() => StoryAsync(async () =>
    {
        await DeclareAsync(Path.Combine(Loam.Home, "nowhere.gguf"), "There is no file");
        (await Loam.RunAsync(Beyond)).ShouldSay("There is no file", "nowhere.gguf");

        var cut = Make("cut", path => TinyModel.Random(path, 1));
        await using (var file = File.OpenWrite(cut))
        {
            file.SetLength(file.Length / 2);
        }
        await DeclareAsync(cut, "is not whole");
        (await Loam.RunAsync(Beyond)).ShouldSay("cut.gguf is not whole");

        await DeclareAsync(
            Make("small", path => TinyModel.Random(path, 1, context: 512)), "was made for 512");
        (await Loam.RunAsync(Beyond)).ShouldSay("was made for 512", "Lower it");
    });

    [NeedingFact]
    public async Task A_library_that_is_not_known_is_refused_before_it_is_used()
    {
        await Loam.ResetAsync();
        var own = Path.Combine(Path.GetDirectoryName(Instance.Binary)!, "llama");
        var place = Directory.CreateDirectory(Path.Combine(Loam.Home, "llama")).FullName;
        Task<Ended> ProbeAsync() => Shell.RunAsync(
            Instance.Binary, "model-host", "--probe", place);
        (await ProbeAsync()).ShouldEnd(1).ShouldSay("has no libllama");
        foreach (var file in Directory.EnumerateFiles(own))
        {
            File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
        }
        (await ProbeAsync()).ShouldEnd(0).ShouldSay("0.5");
        var library = Directory.EnumerateFiles(place, "libllama.*").Single();

        // One that calls itself a newer one.
        var bytes = await File.ReadAllBytesAsync(library);
        var version = bytes.AsSpan().IndexOf("0.5.0-dev\0"u8);
        "0.6"u8.CopyTo(bytes.AsSpan(version));
        await File.WriteAllBytesAsync(library, bytes);
        (await ProbeAsync()).ShouldEnd(1).ShouldSay(
            "is llama.cpp 0.6.0-dev; Loam knows 0.5", "apt-get install loam-llama");

        // Another library under that name, and no library at all.
        File.Copy(Path.Combine(place, "libggml-base.so"), library, overwrite: true);
        (await ProbeAsync()).ShouldEnd(1).ShouldSay("is no llama.cpp that Loam knows");
        await File.WriteAllTextAsync(library, "no library");
        (await ProbeAsync()).ShouldEnd(1).ShouldSay("cannot be loaded");
    }

    [NeedingFact]
    public Task A_model_is_added_asked_and_removed() => StoryAsync(async () =>
    {
        var file = Make("given", path => TinyModel.Random(path, 4, context: Context));
        (await Loam.RunAsync("model", "add", file, "--name", "mine", "--use", "--yes", "--confirm",
            "manifest.yaml")).ShouldEnd(0).ShouldSay("mine is there");
        Loam.Read("manifest.yaml").ShouldContain("provider: local");
        await Wait.ForAsync("the model to answer", async () =>
            (await CurlAsync("/v1/models")).Output.Contains("\"id\":\"mine\""));
        (await Loam.RunAsync("model", "list")).ShouldEnd(0).ShouldSay("●", "mine", "F32", "49152");
        (await Loam.RunAsync("model", "verify")).ShouldEnd(0).ShouldSay("mine is as it was added");
        (await Loam.RunAsync("model", "rm", "mine")).ShouldEnd(1).ShouldSay("that is asked");

        Loam.WriteManifest();
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        (await Loam.RunAsync("model", "rm", "mine")).ShouldEnd(0).ShouldSay("mine is removed");
        (await Loam.RunAsync("model", "list")).ShouldEnd(0).ShouldSay("No models.");
        await Wait.ForAsync("the socket to go", () =>
            Task.FromResult(!File.Exists(Loam.Paths.ModelSocket)));
    });

    [NeedingFact]
    public Task Who_takes_the_model_host_over_can_do_nothing() => StoryAsync(async () =>
    {
        await DeclareAsync(Make("taken", path => TinyModel.Random(path, 1, context: Context)));
        var paths = Loam.Paths;
        var user = (await Shell.RunAsync("stat", "-c", "%u", paths.ModelDir)).Output.Trim();
        var daemon = (await Shell.RunAsync(
            "pgrep", "-f", $"daemon --home {Loam.Home} ")).Output.Split('\n')[0].Trim();
        var tried = await Shell.RunAsync(Instance.Binary, "confine", "--user", user, "--doors",
            paths.ModelDoors, "--own", paths.ModelDir, "--memory", "536870912", "--show",
            $"model={Path.Combine(Loam.Home, "taken.gguf")}", "--", "/usr/bin/perl", "-e",
            "open(my $m,'<',\"$ARGV[0]/model/model\") or die; read($m,my $b,4); print \"$b\\n\"; "
                + await File.ReadAllTextAsync(Mind.Takeover()),
            paths.RunDir, paths.DataDir, daemon, "model");
        tried.ShouldEnd(0).ShouldSay("GGUF", "broken: 0", "closed run /bin/true",
            "closed socket INET", $"closed signal {daemon}",
            $"closed connect {paths.RunDir}/loam.sock");
        tried.Output.ShouldNotContain("OPEN");
    });

    private string Make(string name, Action<string> write)
    {
        var path = Path.Combine(Loam.Home, $"{name}.gguf");
        write(path);
        File.SetUnixFileMode(path, (UnixFileMode)0x1a4);
        return path;
    }

    /// <param name="says">What is said of it, where it cannot be used.</param>
    private async Task DeclareAsync(string model, string? says = null)
    {
        Loam.WriteManifest(string.Create(CultureInfo.InvariantCulture,
            $"llm: {{provider: local, model_path: {model}, context_size: {Context}}}"));
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        var expected = says ?? $"\"id\":\"{Path.GetFileNameWithoutExtension(model)}\"";
        await Wait.ForAsync("the model that is declared", async () =>
            (await CurlAsync("/v1/models")).Output.Contains(expected));
    }

    private static string Call(string tool, JsonObject arguments) =>
        $"{{\"name\":\"{tool}\",\"arguments\":{arguments.ToJsonString()}}}";

    private Task<Ended> CurlAsync(string path) => Shell.RunAsync("curl", "-sS", "--max-time", "60",
        "--unix-socket", Loam.Paths.ModelSocket, $"http://model{path}");

    private Running Begin(string more) => new("curl",
    [
        "-sSN", "--fail", "--max-time", "150", "--unix-socket", Loam.Paths.ModelSocket,
        "http://model/v1/chat/completions", "-d",
        $$"""{"messages":[{"role":"user","content":"go"}],{{more}}}""",
    ]);

    private Task AnswersAsync() => Wait.ForAsync("the model to answer again", async () =>
    {
        using var asked = Begin("\"max_tokens\":3");
        var ended = await asked.EndAsync();
        return ended.Exit == 0 && JsonDocument.Parse(ended.Output).RootElement
            .GetProperty("choices")[0].GetProperty("message").GetProperty("content")
            .GetString() == "on and on,";
    });

    /// <summary>The number of its process.</summary>
    private async Task<string> HostAsync() => (await Shell.RunAsync("pgrep", "-f",
        $"loam model-host --libraries {Loam.Paths.ModelDoors}/")).ShouldEnd(0).Output.Trim();
}
