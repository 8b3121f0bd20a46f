using FsCheck;
using FsCheck.Fluent;
using Loam.Core;
using Loam.Core.StateFiles.Editing;

namespace Loam.Tests.StateFiles.Editing;

public class LineDiffTests
{
    private static string Shown(string old, string fresh, int context = 3) =>
        string.Concat(LineDiff.Of(old, fresh, context));

    [Fact]
    public void Equal_texts_have_no_hunks() => LineDiff.Of("a\nb\n", "a\nb\n", 3).ShouldBeEmpty();

    [Fact]
    public void A_changed_line_stands_among_its_neighbours() =>
        Shown("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n", 2).ShouldBe(
            "@@ -2,5 +2,5 @@\n b\n c\n-d\n+X\n e\n f\n");

    [Fact]
    public void Changes_far_apart_are_two_hunks_and_near_ones_are_one()
    {
        const string Old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        LineDiff.Of(Old, "x\n2\n3\n4\n5\n6\n7\n8\ny\n", 3).Count.ShouldBe(2);
        LineDiff.Of(Old, "x\n2\n3\n4\n5\n6\n7\ny\n9\n", 3).Count.ShouldBe(1);
        LineDiff.Of(Old, "x\n2\n3\n4\n5\n6\n7\ny\n9\n", 2).Count.ShouldBe(2);
    }

    [Fact]
    public void A_new_file_and_an_emptied_one_name_line_0()
    {
        Shown("", "a\n").ShouldBe("@@ -0,0 +1,1 @@\n+a\n");
        Shown("a\n", "").ShouldBe("@@ -1,1 +0,0 @@\n-a\n");
    }

    [Fact]
    public void A_missing_last_line_feed_is_a_difference_and_is_said() =>
        Shown("a\nb", "a\nb\n").ShouldBe(
            "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");

    [Fact]
    public void Line_ends_are_part_of_a_line() =>
        Shown("a\r\nb\r\n", "a\nb\r\n").ShouldBe("@@ -1,2 +1,2 @@\n-a\r\n+a\n b\r\n");

    [Fact]
    public void The_difference_is_the_shortest_one()
    {
        // The example of Myers' paper: five lines change.
        var lines = LineDiff.Of("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", 0)
            .SelectMany(h => h.Lines);
        lines.Count(l => l.Kind != DiffKind.Same).ShouldBe(5);
    }

    [Fact]
    public void Beyond_the_bound_all_between_is_changed_and_the_rest_is_not()
    {
        static string Text(string name, int count) => "same\n" + string.Concat(
            Enumerable.Range(0, count).Select(i => $"{name}{i}\n")) + "end\n";
        var hunk = LineDiff.Of(Text("a", Limits.DiffLines), Text("b", Limits.DiffLines), 1)
            .ShouldHaveSingleItem();
        hunk.Lines.Count(l => l.Kind == DiffKind.Same).ShouldBe(2);
        hunk.Lines.Length.ShouldBe(2 * Limits.DiffLines + 2);
    }

    [Fact]
    public void Old_text_and_hunks_give_the_new_text()
    {
        var text = from lines in Gen.ListOf(Gen.Elements("a", "b", "c", "d", "", "e\r"))
                   from open in Gen.Elements("", "x")
                   select string.Concat(lines.Select(l => l + "\n")) + open;
        var property = Prop.ForAll(text.Two().ToArbitrary(), Gen.Choose(0, 4).ToArbitrary(),
            (texts, context) =>
            {
                var (old, fresh) = texts;
                Apply(old, LineDiff.Of(old, fresh, context)).ShouldBe(fresh);
            });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    private static string Apply(string old, IReadOnlyList<Hunk> hunks)
    {
        var before = old.Split('\n').SkipLast(1).Select(l => l + "\n").ToList();
        before.AddRange(old.EndsWith('\n') || old.Length == 0 ? [] : [old.Split('\n')[^1]]);
        var result = new System.Text.StringBuilder();
        var at = 0;
        foreach (var hunk in hunks)
        {
            var start = hunk.OldCount == 0 ? hunk.OldStart : hunk.OldStart - 1;
            result.AppendJoin("", before[at..start]);
            hunk.Lines.Where(l => l.Kind != DiffKind.Added)
                .Select(l => l.Text + (l.IsOpen ? "" : "\n"))
                .ShouldBe(before[start..(start + hunk.OldCount)]);
            hunk.Lines.Count(l => l.Kind != DiffKind.Removed).ShouldBe(hunk.NewCount);
            foreach (var line in hunk.Lines.Where(l => l.Kind != DiffKind.Removed))
            {
                result.Append(line.Text).Append(line.IsOpen ? "" : "\n");
            }
            at = start + hunk.OldCount;
        }
        return result.AppendJoin("", before[at..]).ToString();
    }
}
