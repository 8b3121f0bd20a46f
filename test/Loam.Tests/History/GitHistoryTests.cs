using System.Diagnostics;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.History;
using Loam.Tests.Conformance;
using Loam.Tests.Files;

namespace Loam.Tests.History;

public sealed class GitHistoryTests : HistoryConformance, IDisposable
{
    private readonly Scratch _scratch = new();

    protected override async Task<IHistory> MakeAsync()
    {
        _scratch.Paths.Prepare();
        return await GitHistory.OpenAsync(_scratch.Paths, TimeProvider.System, None);
    }

    protected override void Edit(IHistory history, string file, string? text)
    {
        if (text is null)
        {
            File.Delete(State(file));
        }
        else
        {
            File.WriteAllText(State(file), text);
        }
    }

    [Fact]
    public async Task The_next_process_finds_everything()
    {
        await TwoGenerationsAsync(await MakeAsync());

        var next = await MakeAsync();

        (await next.CurrentAsync(None))!.Message.ShouldBe("second");
        Same(await next.ReadAsync(1, None), One);
        Same(await next.ReadAsync(2, None), Two);
    }

    [Fact]
    public async Task Git_itself_agrees_with_what_was_written()
    {
        await TwoGenerationsAsync(await MakeAsync());

        Git("fsck", "--strict", "--no-dangling").ShouldBeEmpty();
        Git("show", "main:network.yaml").ShouldBe("# grün\n");
        Git("log", "-1", "--format=%B", "refs/loam/2").Trim()
            .ShouldBe("second\n\nLoam-Generation: 2\nLoam-Approved-By: ada");
        Git("log", "--format=%s", "main").ShouldBe("second\nfirst\n");
        Git("for-each-ref", "--format=%(refname)")
            .ShouldBe("refs/heads/main\nrefs/loam/1\nrefs/loam/2\n");
    }

    [Fact]
    public async Task What_people_write_cannot_forge_a_trailer()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One,
            "ada\nLoam-Approved-By: root", "first\r\nLoam-Generation: 9\u001b[2J", None);
        await history.AdvanceAsync(1, None);

        var current = (await history.ListAsync(1, None))[0];

        (current.Number, current.Who, current.Message).ShouldBe((1, "ada", "first"));
    }

    [Fact]
    public async Task Packed_and_collected_repositories_are_read()
    {
        await TwoGenerationsAsync(await MakeAsync());
        Git("gc", "--quiet");

        var history = await MakeAsync();
        Same(await history.ReadAsync(1, None), One);
        (await history.CurrentAsync(None))!.Number.ShouldBe(2);
        await history.StoreAsync(3, One, "ada", "third", None);
        await history.AdvanceAsync(3, None);

        (await history.ListAsync(9, None)).Select(g => g.Number).ShouldBe([3, 2, 1]);
    }

    [Fact]
    public async Task Settings_hooks_and_attributes_of_others_have_no_effect()
    {
        var history = await MakeAsync();
        var trace = _scratch["ran"];
        Directory.CreateDirectory(Path.Combine(_scratch.Paths.StateDir, ".git", "hooks"));
        File.WriteAllText(Path.Combine(_scratch.Paths.StateDir, ".git", "config"),
            $"[core]\n\tfsmonitor = touch {trace}\n");
        File.WriteAllText(State(".gitattributes"), "*.yaml filter=evil ident text eol=crlf\n");
        var hooks = Directory.CreateDirectory(Path.Combine(_scratch.Paths.GitDir, "hooks"));
        var hook = Path.Combine(hooks.FullName, "reference-transaction");
        File.WriteAllText(hook, $"#!/bin/sh\ntouch {trace}\n");
        File.SetUnixFileMode(hook, (UnixFileMode)0x1ed);
        var text = "$Id$ with \r\n and \n ends\n";

        await history.StoreAsync(1, One.With("services.yaml", text), "ada", "first", None);
        await history.AdvanceAsync(1, None);

        File.Exists(trace).ShouldBeFalse();
        File.ReadAllText(State("services.yaml")).ShouldBe(text);
        (await (await MakeAsync()).ReadAsync(1, None))["services.yaml"].ShouldBe(text);
    }

    [Fact]
    public async Task Other_files_in_the_directory_are_never_read_or_touched()
    {
        var history = await MakeAsync();
        File.WriteAllText(State("notes.txt"), "mine");

        await TwoGenerationsAsync(history);

        (await history.ReadWorkTreeAsync(None)).Texts.Keys.ShouldNotContain("notes.txt");
        File.ReadAllText(State("notes.txt")).ShouldBe("mine");
        Directory.GetFiles(_scratch.Paths.StateDir, ".*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Mode_and_owner_of_a_file_are_kept()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);
        File.GetUnixFileMode(State("services.yaml")).ShouldBe((UnixFileMode)0x1a4);
        File.SetUnixFileMode(State("services.yaml"), (UnixFileMode)0x1b0);

        await history.StoreAsync(2, Two, "ada", "second", None);
        await history.AdvanceAsync(2, None);

        File.GetUnixFileMode(State("services.yaml")).ShouldBe((UnixFileMode)0x1b0);
        File.ReadAllText(State("services.yaml")).ShouldBe(Two["services.yaml"]);
    }

    [Fact]
    public async Task What_is_no_plain_text_is_refused_by_name_and_never_followed()
    {
        var history = await MakeAsync();
        File.WriteAllText(_scratch["victim"], "precious");
        File.CreateSymbolicLink(State("services.yaml"), _scratch["victim"]);

        (await RefusedAsync(history)).ShouldContain("services.yaml is a symbolic link");
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);

        File.ReadAllText(_scratch["victim"]).ShouldBe("precious");
        File.ReadAllText(State("images.lock")).ShouldBe(One["images.lock"]);
        File.Delete(State("services.yaml"));

        Directory.CreateDirectory(State("services.yaml"));
        (await RefusedAsync(history)).ShouldContain("is a directory");
        Directory.Delete(State("services.yaml"));

        File.WriteAllBytes(State("services.yaml"), new byte[Limits.StateFileBytes + 1]);
        (await RefusedAsync(history)).ShouldContain($"more than {Limits.StateFileBytes} bytes");

        File.WriteAllBytes(State("services.yaml"), [.. "a: "u8, 0xff]);
        (await RefusedAsync(history)).ShouldContain("not text in UTF-8 (byte 3)");
    }

    [Fact]
    public async Task A_byte_order_mark_survives_the_way_through()
    {
        var history = await MakeAsync();
        File.WriteAllBytes(State("services.yaml"), [0xef, 0xbb, 0xbf, .. "a: 1\n"u8]);

        var work = await history.ReadWorkTreeAsync(None);
        await history.StoreAsync(1, work, "ada", "edited", None);
        await history.AdvanceAsync(1, None);

        File.ReadAllBytes(State("services.yaml"))[..3].ShouldBe(new byte[] { 0xef, 0xbb, 0xbf });
        Same(await (await MakeAsync()).ReadAsync(1, None), work);
    }

    [Theory]
    [InlineData("services.yaml")]
    [InlineData("")]
    public async Task A_lost_object_is_damage_and_not_an_absent_file(string file)
    {
        await TwoGenerationsAsync(await MakeAsync());
        var id = Git("rev-parse", file.Length == 0 ? "main" : $"main:{file}").Trim();
        File.Delete(Path.Combine(_scratch.Paths.GitDir, "objects", id[..2], id[2..]));

        var e = await Should.ThrowAsync<HostException>(MakeAsync);

        e.Fault.ShouldBe(Fault.Conflict);
        e.Message.ShouldContain("is damaged");
        e.Remedy.ShouldContain("fsck");
    }

    [Fact]
    public async Task A_garbled_object_is_damage()
    {
        await TwoGenerationsAsync(await MakeAsync());
        var id = Git("rev-parse", "main:services.yaml").Trim();
        var path = Path.Combine(_scratch.Paths.GitDir, "objects", id[..2], id[2..]);
        File.SetUnixFileMode(path, (UnixFileMode)0x180);
        File.WriteAllText(path, "garbage");

        (await Should.ThrowAsync<HostException>(MakeAsync)).Fault.ShouldBe(Fault.Conflict);
    }

    [Fact]
    public async Task A_state_directory_that_is_gone_is_not_an_empty_one()
    {
        var history = await MakeAsync();
        await TwoGenerationsAsync(history);
        Directory.Delete(_scratch.Paths.StateDir, recursive: true);

        (await Should.ThrowAsync<HostException>(() => history.ReadWorkTreeAsync(None)))
            .Fault.ShouldBe(Fault.NotFound);
    }

    [Fact]
    public async Task An_interrupted_creation_is_finished_the_next_time()
    {
        _scratch.Paths.Prepare();
        Directory.CreateDirectory(Path.Combine(_scratch.Paths.GitDir, "refs"));

        await TwoGenerationsAsync(await MakeAsync());

        Git("fsck").ShouldBeEmpty();
    }

    [Fact]
    public async Task Large_texts_pass()
    {
        var history = await MakeAsync();
        var large = StateSet.Empty;
        foreach (var kind in FileKinds.All)
        {
            large = large.With(kind.File, new string('#', Limits.StateFileBytes));
        }

        await history.StoreAsync(1, large, "ada", "large", None);
        await history.AdvanceAsync(1, None);

        Same(await history.ReadWorkTreeAsync(None), large);
        Same(await (await MakeAsync()).ReadAsync(1, None), large);
    }

    public void Dispose() => _scratch.Dispose();

    private string State(string file) => Path.Combine(_scratch.Paths.StateDir, file);

    private static async Task<string> RefusedAsync(IHistory history)
    {
        var e = await Should.ThrowAsync<HostException>(() => history.ReadWorkTreeAsync(None));
        e.Fault.ShouldBe(Fault.Unsupported);
        e.Remedy.ShouldNotBeEmpty();
        return e.Message;
    }

    private string Git(params string[] arguments)
    {
        string[] all = [$"--git-dir={_scratch.Paths.GitDir}", .. arguments];
        var start = new ProcessStartInfo("git", all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return output;
    }
}
