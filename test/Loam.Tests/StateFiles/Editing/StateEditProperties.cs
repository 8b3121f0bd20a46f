using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Tests.StateFiles.Editing;

/// <summary>What holds for every edit of every text. A failing case shows the text, made smaller
/// line by line.</summary>
public sealed class StateEditProperties
{
    private static readonly Arbitrary<(string Text, int Seed)> Texts = Arb.From(
        from document in Gen.Choose(0, int.MaxValue - 1)
        from seed in Gen.Choose(0, 1000)
        let text = RandomYaml.Write(document)
        where Read(text) is not null
        select (Text: text, Seed: seed),
        one => Smaller(one.Text).Select(text => (text, one.Seed)));

    private const int Cases = 150;

    [Fact]
    public void Most_random_texts_can_be_read()
    {
        var readable = Enumerable.Range(0, 1000)
            .Count(seed => Read(RandomYaml.Write(seed)) is not null);
        readable.ShouldBeGreaterThan(950);
    }

    [Fact]
    public void A_value_that_is_set_is_there_and_nothing_else_changed() => ForAll((text, chance) =>
    {
        var (path, _) = Pick(text, chance, _ => true);
        path = chance.Next(3) == 0 && Node(text, path) is MappingNode ? path.Key("new.key") : path;
        var value = path == EditPath.Root ? EditValue.Map(("k", Value(chance, 0)))
            : Value(chance, 0);
        var after = StateEdit.Set(text, path, value);
        Leaves(Node(after, path)).ShouldBe(Leaves(value));
        Leaves(Read(after)!).Where(l => !Under(l, path)).ShouldBe(
            Leaves(Read(text)!).Where(l => !Under(l, path)));
    });

    [Fact]
    public void A_scalar_that_is_set_changes_its_own_lines_and_no_comment() =>
        ForAll((text, chance) =>
        {
            var (path, node) = Pick(text, chance, n => n is ScalarNode);
            if (node is null)
            {
                return;
            }
            var word = RandomYaml.Word(chance);
            var after = StateEdit.Set(text, path, word);
            Comments(after).ShouldBe(Comments(text));
            var lines = text.Split('\n');
            var mine = after.Split('\n');
            var (first, rest) = (node.Span.Line - 1, lines.Length - node.Span.EndLine);
            // An empty value has no place of its own.
            first = ((ScalarNode)node).Text.Length == 0 ? 0 : first;
            mine[..first].ShouldBe(lines[..first]);
            // Blank lines below belong to a block scalar that keeps them.
            if (((ScalarNode)node).Text.TrimEnd('\n').Length > 0
                && !((ScalarNode)node).Text.EndsWith("\n\n"))
            {
                mine[^rest..].ShouldBe(lines[^rest..]);
            }
            (mine.Length <= lines.Length).ShouldBeTrue();
        });

    [Fact]
    public void Setting_what_is_there_changes_nothing() => ForAll((text, chance) =>
    {
        var (path, node) = Pick(text, chance, _ => true);
        StateEdit.Set(text, EditPath.Root, EditValue.From(Read(text)!)).ShouldBe(text);
        if (node is not null)
        {
            StateEdit.Set(text, path, EditValue.From(node)).ShouldBe(text);
        }
    });

    [Fact]
    public void What_is_appended_and_removed_leaves_the_text_as_it_was() => ForAll((text, chance) =>
    {
        var (path, node) = Pick(text, chance, n => n is SequenceNode);
        if (node is not SequenceNode list)
        {
            return;
        }
        var added = StateEdit.Append(text, path, Value(chance, 0));
        Comments(added).ShouldBe(Comments(text), ignoreOrder: true);
        var after = StateEdit.Remove(added, path.At(list.Items.Length));
        if (list.Items.Length > 0)
        {
            Unstripped(after).ShouldBe(Unstripped(Ended(text, added)));
        }
        Leaves(Read(after)!).ShouldBe(Leaves(Read(text)!));
    });

    [Fact]
    public void A_field_added_and_removed_leaves_the_text_as_it_was() => ForAll((text, chance) =>
    {
        var (path, node) = Pick(text, chance, n => n is MappingNode { Entries.Length: > 0 });
        if (node is null)
        {
            return;
        }
        var field = path.Key("added");
        var added = StateEdit.Set(text, field, Value(chance, 0));
        Comments(added).ShouldBe(Comments(text), ignoreOrder: true);
        Unstripped(StateEdit.Remove(added, field)).ShouldBe(Unstripped(Ended(text, added)));
    });

    [Fact]
    public void What_is_removed_is_gone_and_nothing_else() => ForAll((text, chance) =>
    {
        var (path, _) = Pick(text, chance, _ => true);
        if (path == EditPath.Root)
        {
            return;
        }
        var after = StateEdit.Remove(text, path);
        Leaves(Read(after)!).ShouldBe(Leaves(Without(Read(text)!, EditPath.Root, path)));
        Comments(after).ShouldBeSubsetOf(Comments(text));
        var holder = path.Segments[..^1];
        var isAlone = Nodes(text).Count(n => n.Path.Segments.Length == path.Segments.Length
            && n.Path.Segments[..^1].SequenceEqual(holder)) == 1;
        if (!isAlone && !Regex.IsMatch(text, @"[[{]\s*\n"))
        {
            // Outside of brackets on several lines, one stretch of text goes.
            var head = text.Zip(after).TakeWhile(c => c.First == c.Second).Count();
            var tail = text.Reverse().Zip(after.Reverse())
                .TakeWhile(c => c.First == c.Second).Count();
            (head + tail).ShouldBeGreaterThanOrEqualTo(after.Length);
        }
    });

    [Fact]
    public void Line_ends_change_nothing_but_line_ends() => ForAll((text, chance) =>
    {
        var unix = text.Replace("\r\n", "\n");
        var (path, _) = Pick(unix, chance, _ => true);
        if (path == EditPath.Root || !unix.Contains('\n'))
        {
            return;
        }
        var value = Value(chance, 0);
        StateEdit.Set(unix.Replace("\n", "\r\n"), path, value)
            .ShouldBe(StateEdit.Set(unix, path, value).Replace("\n", "\r\n"));
        StateEdit.Remove(unix.Replace("\n", "\r\n"), path)
            .ShouldBe(StateEdit.Remove(unix, path).Replace("\n", "\r\n"));
    });

    [Fact]
    public void Many_edits_after_each_other_hold() => ForAll((text, chance) =>
    {
        for (var i = 0; i < 6; i++)
        {
            var (path, node) = Pick(text, chance, _ => true);
            if (path == EditPath.Root)
            {
                text = StateEdit.Set(text, path.Key($"k{i}"), Value(chance, 0));
                continue;
            }
            text = chance.Next(3) switch
            {
                0 => StateEdit.Remove(text, path),
                1 when node is SequenceNode => StateEdit.Append(text, path, Value(chance, 0)),
                _ => StateEdit.Set(text, path, Value(chance, 0)),
            };
            Read(text).ShouldNotBeNull();
        }
    });

    [Theory]
    [InlineData("a: 1\n", false)]
    [InlineData("{a: 1}\n", true)]
    [InlineData("a: 'x' # c\n", false)]
    [InlineData("a: [1, 2]\n", true)]
    public void Every_text_is_written_so_that_it_reads_back(string file, bool flow) =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), word =>
        {
            word ??= "";
            var path = EditPath.Root.Key("a");
            path = file.Contains('[') ? path.At(0) : path;
            if (word.Where((c, i) => char.IsSurrogate(c)
                && !(i + 1 < word.Length && char.IsSurrogatePair(word, i))
                && !(i > 0 && char.IsSurrogatePair(word, i - 1))).Any())
            {
                Should.Throw<EditException>(() => StateEdit.Set(file, path, word));
                return;
            }
            var after = StateEdit.Set(file, path, word);
            var read = Node(after, path).ShouldBeOfType<ScalarNode>();
            read.Text.ShouldBe(word);
            (!read.Plain || word.Length > 0).ShouldBeTrue();
            var odd = EditPath.Root.Key("m").Key(word);
            Node(StateEdit.Set(flow ? "{m: {}}" : "m: {}", odd, word), odd)
                .ShouldBeOfType<ScalarNode>().Text.ShouldBe(word);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static void ForAll(Action<string, Random> holds) =>
        Prop.ForAll(Texts, one => holds(one.Text, new(one.Seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithEndSize(10));

    /// <summary>The text without one or more of its lines, as long as it can be read.</summary>
    private static IEnumerable<string> Smaller(string text)
    {
        var lines = text.Split('\n');
        for (var length = lines.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= lines.Length; at++)
            {
                var less = string.Join('\n', [.. lines[..at], .. lines[(at + length)..]]);
                if (less.Length < text.Length && Read(less) is not null)
                {
                    yield return less;
                }
            }
        }
    }

    private static MappingNode? Read(string text)
    {
        var found = new DiagnosticBag();
        var root = YamlReader.Read("f", text, found);
        return found.HasErrors ? null : root;
    }

    private static Node Node(string text, EditPath path) =>
        StateEdit.Find(Read(text)!, path).ShouldNotBeNull();

    private static List<(EditPath Path, Node Node)> Nodes(string text)
    {
        var all = new List<(EditPath, Node)>();
        void Visit(EditPath path, Node node)
        {
            all.Add((path, node));
            foreach (var entry in (node as MappingNode)?.Entries ?? [])
            {
                Visit(path.Key(entry.Key.Text), entry.Value);
            }
            for (var i = 0; i < ((node as SequenceNode)?.Items.Length ?? 0); i++)
            {
                Visit(path.At(i), ((SequenceNode)node).Items[i]);
            }
        }
        Visit(EditPath.Root, Read(text)!);
        return all;
    }

    private static (EditPath Path, Node? Node) Pick(
        string text, Random chance, Predicate<Node> wanted)
    {
        var all = Nodes(text).Where(n => wanted(n.Node)).ToList();
        return all.Count == 0 ? (EditPath.Root, null) : all[chance.Next(all.Count)];
    }

    private static EditValue Value(Random chance, int depth) =>
        chance.Next(depth > 2 ? 3 : 6) switch
        {
            0 => EditValue.Of(chance.Next(100)),
            1 => EditValue.Of("one\ntwo: [\n"),
            2 => EditValue.Of(RandomYaml.Word(chance)),
            3 or 4 => new MapEdit([.. Enumerable.Range(0, chance.Next(4)).Select(i =>
            KeyValuePair.Create($"k{i}", Value(chance, depth + 1)))]),
            _ => new ListEdit([.. Enumerable.Range(0, chance.Next(4))
            .Select(_ => Value(chance, depth + 1))]),
        };

    private static EditValue Without(Node node, EditPath at, EditPath removed) => node switch
    {
        MappingNode mapping => new MapEdit([.. mapping.Entries
            .Where(e => at.Key(e.Key.Text) != removed)
            .Select(e => KeyValuePair.Create(e.Key.Text,
                Without(e.Value, at.Key(e.Key.Text), removed)))]),
        SequenceNode sequence => new ListEdit([.. sequence.Items
            .Select((item, i) => (Item: item, Path: at.At(i)))
            .Where(i => i.Path != removed).Select(i => Without(i.Item, i.Path, removed))]),
        _ => EditValue.From(node),
    };

    private static bool Under(string leaf, EditPath path)
    {
        var place = path.ToString();
        return place.Length == 0 || leaf.StartsWith(place + " ")
            || leaf.StartsWith(place + ".") || leaf.StartsWith(place + "[");
    }

    /// <summary>Every scalar and empty collection with its path, in order of paths.</summary>
    private static List<string> Leaves(Node node) => Leaves(EditValue.From(node));

    private static List<string> Leaves(EditValue value)
    {
        var leaves = new List<string>();
        void Visit(EditPath path, EditValue part)
        {
            switch (part)
            {
                case ScalarEdit { Quote: false, Text: "~" or "null" }:
                    leaves.Add($"{path} nothing");
                    break;
                case ScalarEdit scalar:
                    leaves.Add($"{path} = {scalar.Text}");
                    break;
                case ListEdit list:
                    leaves.Add($"{path} list of {list.Items.Length}");
                    for (var i = 0; i < list.Items.Length; i++)
                    {
                        Visit(path.At(i), list.Items[i]);
                    }
                    break;
                case MapEdit map:
                    leaves.Add($"{path} map");
                    foreach (var (key, inner) in map.Entries)
                    {
                        Visit(path.Key(key), inner);
                    }
                    break;
            }
        }
        Visit(EditPath.Root, value);
        leaves.Sort(StringComparer.Ordinal);
        return leaves;
    }

    /// <summary>A block scalar may hold what looks like a comment.</summary>
    private static List<string> Comments(string text)
    {
        var inside = Nodes(text).Select(n => n.Node).OfType<ScalarNode>()
            .SelectMany(s => Ids(s.Text)).ToHashSet();
        return [.. Ids(text).Where(c => !inside.Contains(c))];
    }

    private static IEnumerable<string> Ids(string text) =>
        Regex.Matches(text, "#c[0-9]+").Select(m => m.Value);

    /// <summary>Lines of text at the end of a file need their last line break, which stays.
    /// </summary>
    private static string Ended(string text, string added) =>
        added.EndsWith('\n') && !text.EndsWith('\n')
            ? text + (text.Contains("\r\n") ? "\r\n" : "\n") : text;

    /// <summary>A block scalar that ended the text loses its last line break's mark when
    /// something is put below it.</summary>
    private static string Unstripped(string text) =>
        Regex.Replace(text, "([|>])[-+]", "$1");
}
