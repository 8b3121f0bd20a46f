using FsCheck;
using FsCheck.Fluent;
using Loam.Cli;
using Loam.Cli.Shell;
using Loam.Cli.Views;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("\e[2J\e]0;owned\a", "\\x1b[2J\\x1b]0;owned\\x07")]
    [InlineData("a\rb\nc", "a\\x0db\\x0ac")]
    [InlineData("user\u202Etxt.exe", "user\\u{202e}txt.exe")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("zürich → 漢字", "zürich → 漢字")]
    public void Control_characters_are_shown_and_do_nothing(string text, string shown) =>
        Glyphs.Neutral(text).ShouldBe(shown);

    [Fact]
    public void Nothing_a_container_writes_reaches_the_screen_raw()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            var output = new StringWriter();
            var screen = new Terminal(new StringReader(""), output, output, false, false,
                new(80, false, true, false));
            screen.Write(EventView.Of(new Loam.Api.LogEntry(
                FakeMachine.Noon, true, text ?? ""), TimeZoneInfo.Utc));
            screen.Write(new Line("name ").Add(text ?? "", Ink.Bad));
            screen.Complain(new Line(text ?? ""));
            return output.ToString().All(c => c == '\n' || !char.IsControl(c));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Text_that_is_folded_keeps_its_words_and_never_exceeds_the_width()
    {
        var texts = from words in Gen.ListOf(Gen.Elements("a", "web", "漢字", "a-rather-long-word"))
                    from width in Gen.Choose(4, 40)
                    select (Text: string.Join(' ', words), Width: width);
        Prop.ForAll(texts.ToArbitrary(), given =>
        {
            var lines = Paragraph.Fold(new Line(given.Text), given.Width, Look.Plain).ToList();
            return lines.All(l => l.Width <= given.Width)
                && string.Concat(lines.Select(l => l.Text)).Replace(" ", "")
                    == given.Text.Replace(" ", "");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void A_line_is_edited_as_people_expect()
    {
        Edit("helo\u0002\u0002l\u0005 world").ShouldBe("hello world");
        Edit("one two three\u0017\u0017").ShouldBe("one ");
        Edit("abc\u0001\u000b").ShouldBe("");
        Edit("x😀\b").ShouldBe("x");
        Edit("stat\t").ShouldBe("status ");
        Edit("\u0010").ShouldBe("before");
        Edit("draft\u0010\u000e").ShouldBe("draft");
        Edit("\u0012efo").ShouldBe("before");
        Edit("draft\u0012nowhere").ShouldBe("draft");
        Edit("\u0012bef\u0005 and after").ShouldBe("before and after");
    }

    [Fact]
    public void Ctrl_C_cancels_the_line_and_Ctrl_D_closes_an_empty_one()
    {
        var (end, line) = Read("half a wish\u0003", false);
        (end, line).ShouldBe((LineEnd.Cancelled, ""));
        Read("\u0004", false).End.ShouldBe(LineEnd.Closed);
    }

    [Fact]
    public void A_secret_is_neither_shown_nor_remembered()
    {
        var output = new StringWriter();
        var (_, line) = Read("hunter2\r", true, output);
        line.ShouldBe("hunter2");
        output.ToString().ShouldNotContain("h");
    }

    private static string Edit(string keys) => Read(keys + "\r", false).Line;

    private static (LineEnd End, string Line) Read(
        string keys, bool hidden, StringWriter? output = null)
    {
        var queue = new Queue<char>(keys);
        var screen = new Terminal(new StringReader(""), output ?? new(), new StringWriter(), true,
            false, new(40, false, true, true));
        var history = new LineHistory(null);
        history.Add("before");
        var editor = new LineEditor(screen, () => Key(queue.Dequeue()), history,
            text => [.. Loam.Cli.Commands.Completion.Candidates(text.Split(' '), () => [])]);
        var end = editor.Read(new Line("› "), true, hidden, out var line);
        return (end, line);
    }

    private static ConsoleKeyInfo Key(char c) => c switch
    {
        '\r' => new(c, ConsoleKey.Enter, false, false, false),
        '\t' => new(c, ConsoleKey.Tab, false, false, false),
        '\b' => new(c, ConsoleKey.Backspace, false, false, false),
        < ' ' => new(c, ConsoleKey.A + (c - 1), false, false, true),
        _ => new(c, 0, false, false, false),
    };

    [Fact]
    public void A_pull_shows_a_bar_and_a_failure_its_reason()
    {
        var change = FakeMachine.Change(new(ChangeKind.Files, "t"),
            Core.StateFiles.StateSet.Empty, States.Web, "p1", 0);
        var progress = new ApplyProgress(change.Plan!);
        MachineEvent Step(string status) => new(0, FakeMachine.Noon, "reconcile.step")
        {
            Step = 0,
            Status = status,
            Error = "The registry\e[31m said no.",
        };
        progress.Take(Step("running")).ShouldBeEmpty();
        progress.Take(Step("Pull") with
        {
            Type = "reconcile.progress",
            Done = 2_600_000,
            Total = 5_200_000,
        }).ShouldBeEmpty();
        progress.RunningLines(0, new(80, false, true, true)).ShouldHaveSingleItem().Text.ShouldBe(
            "  ◐ image nginx:1.27-alpine   ━━━━━━━━━━━━━━━━━━━━━━━━  2.6 MB of 5.2 MB");
        progress.Take(Step("failed")).ShouldHaveSingleItem().Text.ShouldBe(
            "  ✗ image nginx:1.27-alpine: The registry\e[31m said no.");
        progress.RunningLines(0, new(80, false, true, true)).ShouldBeEmpty();
        progress.Take(Step("undone")).Count.ShouldBe(1);
        progress.Take(Step("undone")).ShouldBeEmpty();
    }
}
