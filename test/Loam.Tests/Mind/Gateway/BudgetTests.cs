using System.Text;
using Loam.Bench.Models;
using Loam.Core.Resources;
using Loam.Mind.Files;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Spending;

namespace Loam.Tests.Mind.Gateway;

public sealed class BudgetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loam-budget-").FullName;
    private readonly LocalClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class LocalClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
        public override TimeZoneInfo LocalTimeZone { get; } =
            TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(2), "t", "t");
    }

    private Budget Open(long? daily, long? monthly) =>
        Budget.In(new OwnFolder(_folder), new(daily, monthly), _clock);

    [Fact]
    public void What_could_pass_a_limit_is_refused_and_said()
    {
        using var budget = Open(1_000_000, null);
        var first = budget.Reserve("it", 700_000);
        var failure = Should.Throw<ModelException>(() => budget.Reserve("it", 300_001));
        failure.Fault.ShouldBe(ModelFault.OverBudget);
        failure.Message.ShouldBe(
            "it could cost up to $0.300001, and of $1.00 for today $0.70 are spent or reserved.");
        budget.Reserve("it", 300_000);
        first.Settle(100_000);
        first.Settle(0);
        budget.Spent().ShouldBe((400_000, 400_000));
        budget.Limits = new(400_000, null);
        Should.Throw<ModelException>(() => budget.Reserve("it", 1));
        budget.Limits = new(null, null);
        budget.Reserve("it", long.MaxValue / 4);
        budget.Limits = new(long.MaxValue, long.MaxValue);
        Should.NotThrow(() => budget.Reserve("it", 1));
    }

    [Fact]
    public void Days_and_months_are_those_of_the_machine()
    {
        using var budget = Open(100, 250);
        budget.Reserve("it", 100);
        _clock.Now = new(2026, 3, 31, 21, 59, 0, TimeSpan.Zero);
        Should.Throw<ModelException>(() => budget.Reserve("it", 1));
        // Midnight here, and another month.
        _clock.Now = new(2026, 3, 31, 22, 0, 0, TimeSpan.Zero);
        var late = budget.Reserve("it", 100);
        _clock.Now = new(2026, 4, 1, 22, 0, 0, TimeSpan.Zero);
        budget.Reserve("it", 100);
        late.Settle(40);
        budget.Spent().ShouldBe((100, 140));
        _clock.Now = new(2026, 4, 2, 22, 0, 0, TimeSpan.Zero);
        budget.Reserve("it", 100);
        _clock.Now = new(2026, 4, 3, 22, 0, 0, TimeSpan.Zero);
        Should.Throw<ModelException>(() => budget.Reserve("it", 11)).Message
            .ShouldContain("this month");
        budget.Reserve("it", 10);
    }

    [Fact]
    public void What_nobody_settled_was_spent_and_the_files_are_one_process_s()
    {
        using (var budget = Open(1000, null))
        {
            budget.Reserve("it", 100).Settle(7);
            budget.Reserve("it", 200);
            using var second = Open(1000, null);
            Should.Throw<ModelException>(() => second.Reserve("it", 0)).Message
                .ShouldContain("cannot be written down");
        }
        using var again = Open(1000, null);
        again.Spent().Today.ShouldBe(207);
        for (var i = 0; i < 10_000; i++)
        {
            again.Reserve("it", 500).Settle(i % 97 == 0 ? 1 : 0);
        }
        again.Spent().Today.ShouldBe(207 + 104);
        // Not longer for it.
        new DirectoryInfo(_folder).GetFiles().Sum(f => f.Length).ShouldBeLessThan(600 * 1024);
        File.GetUnixFileMode(Path.Combine(_folder, "spending.0"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_torn_end_is_no_loss()
    {
        var (held, whole, _) = Grown();
        var end = Encoding.ASCII.GetString(whole).IndexOf("\nE ", StringComparison.Ordinal) + 12;
        var last = -1L;
        for (var length = end; length <= whole.Length; length++)
        {
            File.WriteAllBytes(held, whole[..length]);
            File.WriteAllBytes(Other(held), []);
            using var budget = Open(null, null);
            var spent = budget.Spent().Today;
            spent.ShouldBeOneOf(50, 150, 57, 257, 66, 466);
            last = spent;
        }
        last.ShouldBe(466);
    }

    /// <summary>Whether the file before is there as it was, or gone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damage_is_seen(bool hasFormer)
    {
        var (held, whole, former) = Grown();
        var lastReserved = Encoding.ASCII.GetString(whole)
            .LastIndexOf("\nR ", StringComparison.Ordinal);
        var seen = 0;
        for (var at = 0; at < lastReserved; at++)
        {
            var bad = whole.ToArray();
            bad[at] ^= 1;
            File.WriteAllBytes(held, bad);
            File.WriteAllBytes(Other(held), hasFormer ? former : []);
            using var budget = Open(null, null);
            try
            {
                // Of a settlement: what was reserved counts.
                budget.Spent().Today.ShouldBeGreaterThan(466, $"{at}");
            }
            catch (ModelException e)
            {
                e.Message.ShouldContain("damaged");
                seen++;
            }
        }
        seen.ShouldBeGreaterThan(whole.Length / 2);
    }

    /// <summary>What was begun and never added to holds nothing that the one before has not.
    /// </summary>
    [Fact]
    public void A_file_that_is_torn_while_it_is_begun_is_no_damage()
    {
        var (held, whole, _) = Grown();
        using (var budget = Open(null, null))
        {
            budget.Spent().Today.ShouldBe(466);
        }
        var begun = File.ReadAllBytes(Other(held));
        for (var at = 0; at < begun.Length; at++)
        {
            var torn = begun.ToArray();
            torn[at] ^= 1;
            File.WriteAllBytes(Other(held), torn);
            File.WriteAllBytes(held, whole);
            using var budget = Open(null, null);
            budget.Spent().Today.ShouldBe(466, $"{at}");
        }
    }

    /// <summary>The file that holds, what is in it, and what is in the one before it. In the end
    /// 50 and 7 and 9 are spent, and 400 reserved.</summary>
    private (string Held, byte[] Whole, byte[] Former) Grown()
    {
        using (var budget = Open(null, null))
        {
            budget.Reserve("it", 50);
        }
        using (var budget = Open(null, null))
        {
            budget.Reserve("it", 100).Settle(7);
            budget.Reserve("it", 200).Settle(9);
            budget.Reserve("it", 400);
        }
        var held = new[] { "spending.0", "spending.1" }.Select(n => Path.Combine(_folder, n))
            .MaxBy(f => new FileInfo(f).Length)!;
        return (held, File.ReadAllBytes(held), File.ReadAllBytes(Other(held)));
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_tried_again()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "spending.1"));
        using var budget = Open(1000, null);
        for (var i = 0; i < 2; i++)
        {
            Should.Throw<ModelException>(() => budget.Reserve("it", 1)).Fault
                .ShouldBe(ModelFault.OverBudget);
        }
        Directory.Delete(Path.Combine(_folder, "spending.1"));
        budget.Reserve("it", 1000).ShouldNotBeNull();
    }

    private static string Other(string file) =>
        file[..^1] + (file[^1] == '0' ? '1' : '0');

    [Fact]
    public async Task Many_at_once_never_pass_it()
    {
        using var budget = Open(1_000_000, 1_000_000);
        var spent = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            var chance = new Random(n);
            for (var i = 0; i < 300; i++)
            {
                var worst = chance.Next(1, 5000);
                try
                {
                    var reserved = budget.Reserve("it", worst);
                    var cost = chance.Next(worst + 1);
                    Interlocked.Add(ref spent, cost);
                    reserved.Settle(cost);
                }
                catch (ModelException e) when (e.Fault == ModelFault.OverBudget)
                {
                }
            }
        })));
        spent.ShouldBeLessThanOrEqualTo(1_000_000);
        budget.Spent().Today.ShouldBe(spent);
    }

    [Fact]
    public void Crashes_never_pass_it()
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var run = SpendingRun.Of(1000 + seed, 1500);
            run.Overspend.ShouldBe(0, $"seed {seed}");
            run.Asked.ShouldBeGreaterThan(300);
            run.Refused.ShouldBeGreaterThan(0);
            run.Ends.ShouldBeGreaterThan(5);
        }
    }

    [Fact]
    public void Where_nothing_can_be_written_nothing_is_asked()
    {
        var failing = new Failing();
        using var ledger = SpendingLedger.Load(failing, new Failing());
        using var budget = new Budget(ledger, new(1000, null), _clock);
        budget.Reserve("it", 100);
        foreach (var file in Failing.All)
        {
            file.Fails = true;
        }
        for (var i = 0; i < 3; i++)
        {
            Should.Throw<ModelException>(() => budget.Reserve("it", 1)).Advice
                .ShouldContain("disk");
        }
        foreach (var file in Failing.All)
        {
            file.Fails = false;
        }
        budget.Reserve("it", 900).ShouldNotBeNull();
        Should.Throw<ModelException>(() => budget.Reserve("it", 1));
    }

    private sealed class Failing : IOwnFile
    {
        private byte[] _content = [];

        public Failing() => All.Add(this);

        [ThreadStatic]
        private static List<Failing>? s_all;

        public static List<Failing> All => s_all ??= [];
        public bool Fails { get; set; }
        public byte[] Read() => _content;
        public void Append(ReadOnlySpan<byte> content) =>
            _content = Fails ? throw new IOException("full") : [.. _content, .. content];
        public void Sync() { }
        public void Replace(ReadOnlySpan<byte> content)
        {
            _content = [];
            Append(content);
        }
        public void Dispose() { }
    }

    [Theory]
    [InlineData("api.anthropic.com", "claude-sonnet-4-5", 3_000_000L)]
    [InlineData("api.anthropic.com", "claude-sonnet-4-5-20250929", 3_000_000L)]
    [InlineData("api.openai.com", "gpt-4.1-mini-2025-04-14", 400_000L)]
    [InlineData("api.anthropic.com", "claude-sonnet-4-55", null)]
    [InlineData("api.openai.com", "gpt-4.1-mini-tts", null)]
    [InlineData("elsewhere.example", "claude-sonnet-4-5", null)]
    public void Prices_are_of_a_model_at_its_provider(string host, string model, long? input) =>
        (PriceTable.Own().Find(host, model)?.Price.Input).ShouldBe(input);

    [Fact]
    public void Every_price_of_the_table_is_one()
    {
        var table = PriceTable.Own();
        table.Models.Length.ShouldBeGreaterThan(10);
        table.Models.ShouldAllBe(m => m.Host.Length > 0 && m.Model.Length > 0 && m.Price.Input > 0);
    }

    [Fact]
    public void Costs_are_whole_and_rounded_up()
    {
        new ModelPrice(3_000_000, 15_000_000).Cost(1000, 100).ShouldBe(4500);
        new ModelPrice(1, 0).Cost(1, 0).ShouldBe(1);
        ModelPrice.Free.Cost(long.MaxValue, long.MaxValue).ShouldBe(0);
        new ModelPrice(long.MaxValue, 0).Cost(long.MaxValue, 0).ShouldBe(long.MaxValue);
    }

    [Fact]
    public void The_folder_has_no_way_out()
    {
        var folder = new OwnFolder(_folder);
        foreach (var name in new[] { "../x", "/etc/x", "", ".", "..", "a/b", "a\0b" })
        {
            Should.Throw<ArgumentException>(() => folder.Open(name));
        }
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }
}
