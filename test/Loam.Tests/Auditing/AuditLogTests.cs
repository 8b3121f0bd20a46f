using System.Text;
using Loam.Core.Auditing;
using Loam.Core.Reconciling;
using Loam.Drivers.Auditing;
using Loam.Drivers.Files;

namespace Loam.Tests.Auditing;

/// <summary>The record on a real disk: what is written, and what is noticed when somebody changes
/// it.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loam-audit-").FullName;
    private readonly Days _time = new();

    private AuditSettings _settings = new();

    private string Folder => Path.Combine(_root, "audit");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_record_verifies_from_its_first_line_to_its_last()
    {
        await WriteAsync(200);

        var verdict = Verify();

        verdict.Broken.ShouldBeNull();
        verdict.Lines.ShouldBe(204, "a signed line at the beginning and after each 64");
        verdict.Checkpoints.ShouldBe(4);
        verdict.First.ShouldBe(1);
    }

    [Fact]
    public async Task It_goes_on_where_it_ended()
    {
        await WriteAsync(3);
        await WriteAsync(3);

        Verify().Broken.ShouldBeNull();
        Verify().Lines.ShouldBe(8, "each start begins a file");
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("removed")]
    [InlineData("doubled")]
    [InlineData("put in")]
    [InlineData("changed with what follows")]
    public async Task What_somebody_did_to_a_line_is_named(string how)
    {
        await WriteAsync(100);
        var file = AuditChain.FilesOf(Folder).ShouldHaveSingleItem();
        var lines = (await File.ReadAllLinesAsync(file)).ToList();
        var at = 40;
        switch (how)
        {
            case "changed":
                lines[at] = lines[at].Replace("\"who\":\"anna\"", "\"who\":\"bert\"");
                at++;
                break;
            case "removed":
                lines.RemoveAt(at);
                break;
            case "doubled":
                lines.Insert(at, lines[at]);
                at++;
                break;
            case "put in":
                lines.Insert(at, lines[at].Replace("anna", "bert"));
                at++;
                break;
            default:
                // Whoever makes all digests anew meets the next signature.
                Forge(lines, at);
                at = lines.FindIndex(at, l => l.Contains("\"sig\":"));
                break;
        }
        await File.WriteAllLinesAsync(file, lines);

        var broken = Verify().Broken.ShouldNotBeNull();

        broken.File.ShouldBe(Path.GetFileName(file));
        broken.Line.ShouldBe(at + 1);
    }

    [Fact]
    public async Task A_file_that_was_taken_out_is_missed()
    {
        for (var day = 0; day < 3; day++)
        {
            await WriteAsync(2);
            _time.Next();
        }
        var files = AuditChain.FilesOf(Folder);
        files.Length.ShouldBe(3);
        File.Delete(files[1]);
        Verify().Broken.ShouldNotBeNull().File.ShouldBe(Path.GetFileName(files[2]));

        File.Delete(files[0]);

        Verify().Broken.ShouldNotBeNull().Why.ShouldContain("too old");
    }

    [Fact]
    public async Task What_is_too_old_goes_and_the_chain_stays_provable()
    {
        for (var day = 0; day < 10; day++)
        {
            await WriteAsync(2);
            _time.Next();
        }
        _settings = new() { RetentionDays = 4 };
        await WriteAsync(1);

        var verdict = Verify();

        verdict.Broken.ShouldBeNull();
        verdict.First.ShouldBe(19, "six days of three lines are gone");
        AuditChain.FilesOf(Folder).Length.ShouldBe(5);
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_off_is_removed_and_said()
    {
        await WriteAsync(2);
        var file = AuditChain.FilesOf(Folder).ShouldHaveSingleItem();
        await File.AppendAllTextAsync(file, "{\"n\":4,\"at\":\"2026");

        Verify().Broken.ShouldNotBeNull().Why.ShouldContain("its end");
        await WriteAsync(1);

        Verify().Broken.ShouldBeNull();
        AuditLog.Newest(Folder, 10).ShouldContain(l => l.Event == AuditLine.Recovered);
    }

    [Fact]
    public async Task It_is_opened_before_anybody_knows_the_settings()
    {
        await WriteAsync(2);
        await File.AppendAllTextAsync(AuditChain.FilesOf(Folder)[0], "{\"n\":4");

        AuditLog.Open(InstancePaths.Below("/nowhere") with { DataDir = _root },
            () => throw new InvalidOperationException("no state is loaded yet"), _time).Dispose();

        Verify().Broken.ShouldBeNull();
    }

    [Fact]
    public async Task A_file_whose_first_line_was_cut_off_is_begun_again()
    {
        await WriteAsync(2);
        _time.Next();
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "000000000004-2026-03-02.jsonl"), "{\"n\":4");

        await WriteAsync(1);

        Verify().Broken.ShouldBeNull();
        Verify().Lines.ShouldBe(6);
    }

    [Fact]
    public async Task Another_key_is_noticed()
    {
        await WriteAsync(2);
        using var other = System.Security.Cryptography.ECDsa.Create();

        AuditChain.Verify(Folder, other).Broken.ShouldNotBeNull().Why.ShouldContain("signature");
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_recorded()
    {
        _settings = new() { Events = [AuditEvents.StateChanged] };
        await WriteAsync(2);
        AuditChain.FilesOf(Folder).ShouldBeEmpty();

        _settings = new() { IsEnabled = false, Events = [AuditEvents.ApprovalGiven] };
        await WriteAsync(2);
        AuditChain.FilesOf(Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_goes_where_other_programs_read_it()
    {
        var copy = Path.Combine(_root, "copy.jsonl");
        _settings = new() { CopyPath = copy };
        await WriteAsync(2);

        (await File.ReadAllLinesAsync(copy)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_copy_is_not_written_through_a_link()
    {
        var target = Path.Combine(_root, "shadow");
        await File.WriteAllTextAsync(target, "secret");
        File.CreateSymbolicLink(Path.Combine(_root, "copy"), target);
        _settings = new() { CopyPath = Path.Combine(_root, "copy") };

        using var log = Open();
        await log.WriteAsync(Entry(1), default);

        log.CopyFault.ShouldNotBeNull();
        (await File.ReadAllTextAsync(target)).ShouldBe("secret");
    }

    [Fact]
    public async Task A_last_line_that_is_none_is_named_and_the_record_goes_on()
    {
        await WriteAsync(2);
        var file = AuditChain.FilesOf(Folder).ShouldHaveSingleItem();
        await File.AppendAllTextAsync(file, "rubbish\n");
        _time.Next();
        await WriteAsync(1);

        Verify().Broken.ShouldNotBeNull().Line.ShouldBe(4);
        AuditLog.Newest(Folder, 1).ShouldHaveSingleItem().N.ShouldBe(6);
    }

    /// <summary>Changes a line and makes the digests of all that follow anew.</summary>
    private static void Forge(List<string> lines, int at)
    {
        lines[at] = lines[at].Replace("anna", "bert");
        for (var i = at + 1; i < lines.Count; i++)
        {
            var line = AuditLine.Of(Encoding.UTF8.GetBytes(lines[i]))!;
            lines[i] = Encoding.UTF8.GetString((line with
            {
                Prev = AuditLine.DigestOf(Encoding.UTF8.GetBytes(lines[i - 1])),
            }).ToBytes());
        }
    }

    private async Task WriteAsync(int count)
    {
        using var log = Open();
        for (var i = 0; i < count; i++)
        {
            await log.WriteAsync(Entry(i), default);
        }
    }

    private static AuditEntry Entry(int i) =>
        new(AuditEvents.ApprovalGiven, "anna", $"approved «ü» {i}") { Generation = i };

    private AuditLog Open() => AuditLog.Open(
        InstancePaths.Below("/nowhere") with { DataDir = _root }, () => _settings, _time);

    private sealed class Days : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public void Next() => _now += TimeSpan.FromDays(1);

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private AuditVerdict Verify()
    {
        using var key = AuditKey.Public(AuditLog.PublicKeyIn(Folder));
        return AuditChain.Verify(Folder, key);
    }
}
