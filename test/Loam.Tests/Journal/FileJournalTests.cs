using System.Diagnostics;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Journal;
using Loam.Tests.Conformance;
using Loam.Tests.Files;

namespace Loam.Tests.Journal;

public sealed class FileJournalTests : JournalConformance, IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly List<FileJournal> _open = [];

    private string JournalPath => _scratch["journal"];

    protected override IJournal Make() => Load();

    protected override IJournal Restart(IJournal journal) => Load();

    [Fact]
    public async Task The_last_settled_plan_is_kept_for_status()
    {
        var journal = Load();
        await AppendAsync(journal, [.. Sample.Plan(1), .. Sample.Plan(2)]);
        await AppendAsync(journal, Sample.Plan(3).Take(2));

        foreach (var each in (FileJournal[])[journal, Load()])
        {
            Texts(each.Last()).ShouldBe(Texts(Sample.Plan(2)));
            Texts(each.Open()).ShouldBe(Texts(Sample.Plan(3).Take(2)));
        }
    }

    [Fact]
    public async Task A_journal_cut_anywhere_reads_as_what_was_before_the_cut()
    {
        var records = Sample.Plan(1).Take(4).ToList();
        var bytes = await WriteAsync(records);
        var ends = Ends(bytes);

        for (var length = JournalLines.Head.Length; length <= ends[^1]; length++)
        {
            var content = JournalLines.Read(bytes.AsSpan(0, length), JournalPath);

            var whole = ends.Count(e => e <= length);
            content.Lines.Count.ShouldBe(whole);
            Texts(content.Lines.Select(l => l.Record)).ShouldBe(Texts(records.Take(whole)));
        }
    }

    [Fact]
    public async Task A_damaged_byte_is_never_read_as_something_else()
    {
        var records = Sample.Plan(1).Skip(1).Take(4).ToList();
        var bytes = await WriteAsync(records);
        var ends = Ends(bytes);

        for (var at = 0; at < ends[^1]; at++)
        {
            foreach (var value in (byte[])[0, (byte)(bytes[at] ^ 0x20), (byte)'@'])
            {
                var damaged = bytes.ToArray();
                damaged[at] = value;
                if (damaged[at] == bytes[at])
                {
                    continue;
                }
                if (at < ends[^2])
                {
                    // A record that was once synced has a later one behind it.
                    var e = Should.Throw<HostException>(() => JournalLines.Read(damaged, JournalPath));
                    e.Fault.ShouldBe(Fault.Conflict);
                    e.Remedy.ShouldContain($"mv {JournalPath} {JournalPath}.damaged");
                    continue;
                }
                var content = JournalLines.Read(damaged, JournalPath);
                Texts(content.Lines.Select(l => l.Record)).ShouldBe(Texts(records.Take(3)));
                content.Torn.ShouldBeGreaterThan(0);
            }
        }
    }

    [Fact]
    public void A_torn_group_loses_only_itself_whatever_part_reached_the_disk()
    {
        byte[] first = [.. JournalLines.Head,
            .. JournalLines.Write(1, 1, Sample.Record(JournalMark.Begun, 1))];
        byte[] second = JournalLines.Write(2, 2, Sample.Record(JournalMark.Intended, 1));
        byte[] third = JournalLines.Write(3, 2, Sample.Record(JournalMark.Intended, 1));
        byte[] later = JournalLines.Write(4, 4, Sample.Record(JournalMark.Done, 1));

        // The third record's page was written, the second's was not.
        JournalLines.Read([.. first, .. new byte[second.Length], .. third], JournalPath)
            .Lines.Count.ShouldBe(1);
        Should.Throw<HostException>(() => JournalLines.Read(
            [.. first, .. new byte[second.Length], .. third, .. later], JournalPath));
    }

    [Fact]
    public async Task A_torn_end_is_reported_wiped_and_written_over()
    {
        var bytes = await WriteAsync([.. Sample.Plan(1).Take(3)]);
        var end = Ends(bytes)[^1];
        File.WriteAllBytes(JournalPath, bytes.AsSpan(0, end - 5).ToArray());

        var journal = Load();
        journal.Dropped!.ShouldContain("after record 2 were dropped");
        File.ReadAllBytes(JournalPath).AsSpan(Ends(bytes)[1]).IndexOfAnyExcept((byte)0).ShouldBe(-1);
        await AppendAsync(journal, [Sample.Record(JournalMark.Settled, 1)]);

        var next = Load();
        next.Dropped.ShouldBeNull();
        next.Open().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("loam journal 2\n")]
    [InlineData("#!/bin/sh\n")]
    public void What_is_not_a_journal_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(JournalPath, content);

        Should.Throw<HostException>(Load).Fault.ShouldBe(Fault.Conflict);
        File.ReadAllText(JournalPath).ShouldBe(content);
    }

    [Fact]
    public void A_whole_record_that_this_version_cannot_read_is_refused()
    {
        byte[] bytes = [.. JournalLines.Head,
            .. JournalLines.Write(1, 1, "{\"mark\":\"pondered\",\"generation\":1}"u8)];

        Should.Throw<HostException>(() => JournalLines.Read(bytes, JournalPath))
            .Fault.ShouldBe(Fault.Unsupported);
    }

    [Fact]
    public async Task The_file_stays_small_and_an_open_plan_survives_being_moved()
    {
        var journal = Load();
        new FileInfo(JournalPath).Length.ShouldBe(Limits.JournalBytes);
        var big = Sample.Record(JournalMark.Intended, 1) with { Error = new('x', 100_000) };

        for (var generation = 1; generation < 25; generation++)
        {
            await AppendAsync(journal, [.. Sample.Plan(generation).SkipLast(1), big]);
            // The next plan begins while this one settles, in one group or in two.
            await Task.WhenAll(
                journal.AppendAsync(Sample.Plan(generation).Last(), default),
                journal.AppendAsync(Sample.Record(JournalMark.RollingBack, 99), default));
            journal.Open().Count.ShouldBeLessThanOrEqualTo(1);

            using var restarted = FileJournal.Load(JournalPath);
            Texts(restarted.Open()).ShouldBe(Texts(journal.Open()));
            Texts(restarted.Last()).ShouldBe(Texts(journal.Last()));
        }
        new FileInfo(JournalPath).Length.ShouldBe(Limits.JournalBytes);
        File.Exists(JournalPath + ".new").ShouldBeFalse();
    }

    [Fact]
    public async Task A_moved_journal_that_is_damaged_is_refused_too()
    {
        var journal = Load();
        await AppendAsync(journal,
            [Sample.Record(JournalMark.Begun, 1) with { Error = new('x', Limits.JournalBytes / 7) },
             Sample.Record(JournalMark.Settled, 1)]);
        await AppendAsync(journal, Sample.Plan(2));
        await AppendAsync(journal,
            [Sample.Record(JournalMark.Begun, 3) with { Error = new('x', Limits.JournalBytes / 7) },
             Sample.Record(JournalMark.Intended, 3), Sample.Record(JournalMark.Settled, 3)]);
        journal.Dispose();
        var bytes = File.ReadAllBytes(JournalPath);

        bytes[JournalLines.Head.Length + 200] ^= 1;

        Should.Throw<HostException>(() => JournalLines.Read(bytes, JournalPath))
            .Fault.ShouldBe(Fault.Conflict);
    }

    [Fact]
    public void What_an_interrupted_move_left_behind_is_ignored()
    {
        File.WriteAllText(JournalPath + ".new", "half");

        Load().Open().ShouldBeEmpty();
    }

    [Fact]
    public async Task On_a_full_disk_an_open_plan_can_still_be_written_to_its_end()
    {
        await OnSmallDiskAsync(async path =>
        {
            using var journal = FileJournal.Load(path);
            await AppendAsync(journal, Sample.Plan(1).Take(1));
            Fill(path + ".filler");

            for (var i = 0; i < 5000; i++)
            {
                await AppendAsync(journal, Sample.Plan(1).Skip(1).Take(1));
            }
            await AppendAsync(journal, Sample.Plan(1).Skip(1));

            // No room to write it anew either: it goes on in the old file.
            using var restarted = FileJournal.Load(path);
            restarted.Open().ShouldBeEmpty();
            restarted.Last().Count.ShouldBe(5007);
        });
    }

    [Fact]
    public async Task On_a_full_disk_a_plan_that_might_not_be_taken_back_does_not_begin()
    {
        await OnSmallDiskAsync(async path =>
        {
            using var journal = FileJournal.Load(path);
            Fill(path + ".filler");
            var room = Sample.Record(JournalMark.Intended, 1) with
            {
                Error = new('x', Limits.JournalBytes - 40_000),
            };
            await AppendAsync(journal, [room]);

            var e = await Should.ThrowAsync<HostException>(
                () => journal.AppendAsync(Sample.Plan(2).First(), default));
            e.Fault.ShouldBe(Fault.Exhausted);
            await AppendAsync(journal, [Sample.Record(JournalMark.Done, 1)]);

            using var restarted = FileJournal.Load(path);
            restarted.Open().Select(r => r.Mark)
                .ShouldBe([JournalMark.Intended, JournalMark.Done]);
        });
    }

    public void Dispose()
    {
        _open.ForEach(j => j.Dispose());
        _scratch.Dispose();
    }

    private FileJournal Load()
    {
        var journal = FileJournal.Load(JournalPath);
        _open.Add(journal);
        return journal;
    }

    private async Task<byte[]> WriteAsync(IReadOnlyList<JournalRecord> records)
    {
        await AppendAsync(Load(), records);
        var bytes = File.ReadAllBytes(JournalPath);
        // Short enough to try every place: the rest is zeros.
        return bytes.AsSpan(0, JournalLines.Read(bytes, JournalPath).End + 64).ToArray();
    }

    private List<int> Ends(byte[] bytes)
    {
        var ends = new List<int>();
        var at = JournalLines.Head.Length;
        foreach (var line in JournalLines.Read(bytes, JournalPath).Lines)
        {
            at += line.Length;
            ends.Add(at);
        }
        return ends;
    }

    private async Task OnSmallDiskAsync(Func<string, Task> test)
    {
        var disk = Directory.CreateDirectory(_scratch["disk"]).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=12m", "loam-test", disk);
        try
        {
            await test(Path.Combine(disk, "journal"));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full now.
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}
