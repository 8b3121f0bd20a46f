using FsCheck;
using FsCheck.Fluent;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using static Loam.Core.StateFiles.Editing.EditValue;

namespace Loam.Tests.StateFiles.Editing;

public sealed class StateMergeTests
{
    private const string Base = """
        # The shop.
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata:
          name: shop
        spec:
          networks:
            - name: app
          services:
            # front
            - name: web
              image: nginx:1.27   # pinned
              ports:
                - container: 80
                  host: 8080
              networks: [app]

            # data
            - name: db
              image: 'postgres:16'
              command: [postgres, -c, "a=b"]
              environment:
                POSTGRES_DB: shop

        # end

        """;

    private static string Set(string text, string path, EditValue value) =>
        StateEdit.Set(text, EditPath.Parse(path), value);

    private static string Merged(string theirs, string mine, string origin = Base)
    {
        var (text, conflicts) = StateMerge.Merge("services.yaml", origin, theirs, mine);
        conflicts.ShouldBeEmpty();
        return text.ShouldNotBeNull();
    }

    private static Diagnostic Conflict(string theirs, string mine)
    {
        var (text, conflicts) = StateMerge.Merge("services.yaml", Base, theirs, mine);
        text.ShouldBeNull();
        return conflicts.ShouldHaveSingleItem();
    }

    [Fact]
    public void One_side_alone_is_taken_as_it_is()
    {
        var mine = Base.Replace("# front", "# what people see");
        Merged(Base, mine).ShouldBe(mine);
        Merged(mine, Base).ShouldBe(mine);
        Merged(mine, mine).ShouldBe(mine);
    }

    [Fact]
    public void Changes_of_different_fields_of_one_service_are_joined()
    {
        var theirs = Set(Base, "spec.services[web].image", Of("caddy:2"));
        var mine = Set(Base, "spec.services[web].ports[container=80].host", Of(80));
        Merged(theirs, mine).ShouldBe(Base.Replace("nginx:1.27", "caddy:2").Replace("8080", "80"));
    }

    [Fact]
    public void Both_may_add_a_service_at_the_end_and_its_comments_come_along()
    {
        static string With(string name) => Base.Replace("\n\n# end", $"\n\n    # about {name}\n"
            + $"    - name: {name}\n      image: \"{name}:1\"  # fixed\n\n# end");
        Merged(With("cache"), With("mail")).ShouldBe(Base.Replace("\n\n# end",
            "\n\n    # about cache\n    - name: cache\n      image: \"cache:1\"  # fixed\n"
            + "\n    # about mail\n    - name: mail\n      image: \"mail:1\"  # fixed\n\n# end"));
    }

    [Fact]
    public void Both_may_add_the_first_service()
    {
        const string Empty = "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services: []\n";
        static string With(string name) => Empty.Replace(" []",
            $"\n    # about {name}\n    - name: {name}\n      image: \"{name}\"  # ours");
        Merged(With("a"), With("b"), Empty).ShouldBe(Empty.Replace(" []",
            "\n    # about a\n    - name: a\n      image: \"a\"  # ours"
            + "\n    # about b\n    - name: b\n      image: \"b\"  # ours"));
    }

    [Fact]
    public void An_added_service_takes_the_indentation_of_the_newer_file()
    {
        const string Old = "spec:\n  services:\n    - name: a\n      image: a\n";
        const string Theirs = "spec:\n  services:\n  - name: a\n    image: b\n  - name: c\n"
            + "    image: c\n";
        var mine = Old + "    - name: d\n      # why\n      image: 'd'\n";
        Merged(Theirs, mine, Old).ShouldBe(
            Theirs + "  - name: d\n    # why\n    image: 'd'\n");
    }

    [Fact]
    public void Ports_are_matched_by_number_and_sets_by_member()
    {
        var theirs = Set(Base, "spec.services[web].ports[container=80].host", Of(80));
        theirs = StateEdit.Append(theirs, EditPath.Parse("spec.services[web].networks"), Of("a"));
        var mine = StateEdit.Append(Base, EditPath.Parse("spec.services[web].ports"),
            Map(("container", Of(443)), ("host", Of(443))));
        mine = StateEdit.Append(mine, EditPath.Parse("spec.services[web].networks"), Of("b"));
        mine = StateEdit.Remove(mine, EditPath.Parse("spec.services[web].networks[=app]"));
        Merged(theirs, mine).ShouldBe(Base.Replace("host: 8080",
            "host: 80\n        - container: 443\n          host: 443").Replace("[app]", "[a, b]"));
    }

    [Fact]
    public void Both_protocols_of_a_port_are_two_ports()
    {
        var path = EditPath.Parse("spec.services[web].ports");
        var theirs = StateEdit.Append(Base, path, Map(("container", Of(53)), ("host", Of(53))));
        var mine = StateEdit.Append(Base, path,
            Map(("container", Of(53)), ("host", Of(53)), ("protocol", Of("udp"))));
        var root = YamlReader.Read("", Merged(theirs, mine), new())!;
        ((SequenceNode)StateEdit.Find(root, path)!).Items.Length.ShouldBe(3);
    }

    [Fact]
    public void A_comment_may_change_beside_another_change()
    {
        var theirs = Set(Base, "spec.services[web].image", Of("caddy:2"));
        var mine = Base.Replace("# data", "# the orders");
        Merged(theirs, mine).ShouldBe(theirs.Replace("# data", "# the orders"));
    }

    [Fact]
    public void What_mine_removed_goes()
    {
        var theirs = Set(Base, "spec.services[web].image", Of("caddy:2"));
        var mine = StateEdit.Remove(Base, EditPath.Parse("spec.services[db]"));
        Merged(theirs, mine).ShouldBe(
            StateEdit.Remove(theirs, EditPath.Parse("spec.services[db]")));
    }

    [Theory]
    [InlineData("spec.services[web].image", "caddy:2", "caddy:3", 12)]
    [InlineData("spec.services[db].command", "x", "y", 21)]
    [InlineData("spec.services[db].environment.NEW", "x", "y", 24)]
    public void One_value_changed_in_two_ways_is_a_conflict(
        string path, string theirs, string mine, int line)
    {
        var one = Conflict(Set(Base, path, Of(theirs)), Set(Base, path, Of(mine)));
        one.ToString().ShouldStartWith($"services.yaml:{line}:");
        one.Message.ShouldBe(
            $"{path} is changed here and was changed to something else meanwhile.");
    }

    [Fact]
    public void The_words_of_a_command_are_one_value()
    {
        var path = EditPath.Parse("spec.services[db].command");
        Conflict(StateEdit.Append(Base, path, Of("x")), StateEdit.Append(Base, path, Of("y")))
            .Code.ShouldBe(Codes.MergeClash);
    }

    [Fact]
    public void Removing_what_the_other_changed_is_a_conflict()
    {
        var gone = StateEdit.Remove(Base, EditPath.Parse("spec.services[web]"));
        var changed = Set(Base, "spec.services[web].replicas", Of(0));
        Conflict(changed, gone).Message.ShouldBe(
            "spec.services[web] is removed here and was changed meanwhile.");
        Conflict(gone, changed).Message.ShouldBe(
            "spec.services[web] is changed here and was removed meanwhile.");
    }

    [Fact]
    public void Two_new_services_of_one_name_are_a_conflict()
    {
        var path = EditPath.Parse("spec.services");
        Conflict(StateEdit.Append(Base, path, Map(("name", Of("x")), ("image", Of("a")))),
            StateEdit.Append(Base, path, Map(("name", Of("x")), ("replicas", Of(2)))))
            .Message.ShouldStartWith("spec.services[x] ");
    }

    [Fact]
    public void All_conflicts_are_told()
    {
        var theirs = Set(Set(Base, "metadata.name", Of("a")), "spec.services[db].image", Of("b"));
        var mine = Set(Set(Base, "metadata.name", Of("c")), "spec.services[db].image", Of("d"));
        StateMerge.Merge("services.yaml", Base, theirs, mine).Conflicts.Count.ShouldBe(2);
    }

    [Fact]
    public void One_side_may_reorder_and_two_may_not()
    {
        const string Old = "spec:\n  services:\n    - name: a\n    - name: b\n    - name: c\n";
        var theirs = Old.Replace("name: a", "name: A").Replace("name: b", "name: a")
            .Replace("name: A", "name: b");
        Merged(theirs, Old + "    - name: d\n", Old).ShouldBe(theirs + "    - name: d\n");
        var mine = Old.Replace("name: b", "name: C").Replace("name: c", "name: b")
            .Replace("name: C", "name: c");
        StateMerge.Merge("services.yaml", Old, theirs, mine).Conflicts
            .ShouldHaveSingleItem().Message.ShouldContain("two new orders");
    }

    [Fact]
    public void What_cannot_be_read_is_said()
    {
        var (text, found) = StateMerge.Merge("services.yaml", Base, Base + "# x\n", "a: [1\n");
        text.ShouldBeNull();
        found.ShouldHaveSingleItem().Code.ShouldBe(Codes.Syntax);
    }

    [Fact]
    public void Two_new_files_are_joined()
    {
        const string Head = "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n";
        const string One = "    - name: a\n      image: a\n";
        const string Other = "    - name: b\n      image: b\n";
        Merged(Head + One, Head + Other, "").ShouldBe(Head + One + Other);
    }

    [Fact]
    public void Line_ends_of_Windows_stay()
    {
        var origin = Base.Replace("\n", "\r\n");
        var path = EditPath.Parse("spec.services");
        var theirs = StateEdit.Append(origin, path, Map(("name", Of("x")), ("image", Of("a"))));
        var mine = StateEdit.Append(Base, path, Map(("name", Of("mail")), ("image", Of("b"))));
        var merged = Merged(theirs, mine, origin);
        merged.Replace("\r\n", "").ShouldNotContain('\n');
        merged.ShouldContain("name: mail\r\n");
    }

    /// <summary>An edit of one service, so that edits of different services do not touch.</summary>
    private sealed record Change(int Service, int Kind, string Word);

    private static string Name(int service) => $"s{service}";

    private static string Apply(string text, string side, IEnumerable<Change> changes)
    {
        foreach (var (service, kind, word) in changes)
        {
            var path = $"spec.services[{Name(service)}]";
            var root = YamlReader.Read("", text, new())!;
            var gone = StateEdit.Find(root, EditPath.Parse(path)) is null;
            if (gone && kind is not (3 or 7))
            {
                continue;
            }
            text = kind switch
            {
                0 => Set(text, $"{path}.image", Of($"{word}:1")),
                1 => Set(text, $"{path}.environment.{word}", Of(word)),
                2 => StateEdit.Remove(text, EditPath.Parse(path)),
                3 => Set(text, $"spec.services[{side}-{word}-{service}].image", Of(word)),
                4 => Set(text, $"{path}.ports[container=1{word.Length}].host", Of(word.Length)),
                5 => StateEdit.Remove(text, EditPath.Parse($"{path}.depends_on[=s0]")),
                6 => Set(text, $"{path}.depends_on[={side}{word}]", Of(side + word)),
                _ => Set(text, $"metadata.labels.{side}", Of(word)),
            };
        }
        return text;
    }

    private static string Document(int services, int style)
    {
        var text = new System.Text.StringBuilder("# head\nspec:\n  services:\n");
        for (var i = 0; i < services; i++)
        {
            var pick = style + i;
            text.Append((pick % 3) switch { 0 => $"    # about {Name(i)}\n", 1 => "\n", _ => "" })
                .Append($"    - name: {Name(i)}{(pick % 2 == 0 ? "  # note" : "")}\n")
                .Append(pick % 5 == 0 ? "      image: 'one'\n" : "      image: one  # why\n")
                .Append((pick % 4) switch
                {
                    0 => "      depends_on: [s0, x]\n",
                    1 => "      depends_on:\n        - s0  # first\n        - x\n",
                    2 => "      environment: {A: b}\n",
                    _ => "      ports:\n        # web\n        - container: 80\n"
                        + "          host: 80\n",
                });
        }
        return text.Append("\n# tail\n").ToString();
    }

    [Fact]
    public void Edits_that_do_not_touch_give_both_in_either_order()
    {
        static Gen<List<Change>> Changes(int rest) => Gen.ListOf(
            from service in Gen.Choose(0, 3)
            from kind in Gen.Choose(0, 7)
            from word in Gen.Elements("ab", "cd", "ef")
            select new Change(2 * service + rest, kind, word));
        var cases = from style in Gen.Choose(0, 60)
                    from services in Gen.Choose(1, 7)
                    from theirs in Changes(0)
                    from mine in Changes(1)
                    select (Document(services, style), theirs, mine);
        Prop.ForAll(cases.ToArbitrary(), all =>
        {
            var (origin, theirs, mine) = all;
            var there = Apply(origin, "t", theirs);
            var here = Apply(origin, "m", mine);
            var wanted = Loose(Apply(there, "m", mine));
            foreach (var (one, other) in new[] { (there, here), (here, there) })
            {
                var (text, conflicts) = StateMerge.Merge("services.yaml", origin, one, other);
                conflicts.ShouldBeEmpty();
                Loose(text!).ShouldBe(wanted);
                text!.ShouldStartWith("# head\n");
                text.ShouldContain("# tail\n");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    /// <summary>What a text means; the order of named things set aside.</summary>
    private static string Loose(string text)
    {
        static string Show(Node node) => node switch
        {
            ScalarNode scalar => $"'{scalar.Text}'",
            SequenceNode list =>
                $"[{string.Join(", ", list.Items.Select(Show).Order(StringComparer.Ordinal))}]",
            MappingNode map => $"{{{string.Join(", ", map.Entries
                .Select(e => $"{e.Key.Text}: {Show(e.Value)}").Order(StringComparer.Ordinal))}}}",
            _ => "",
        };
        var found = new DiagnosticBag();
        var root = YamlReader.Read("", text, found);
        found.ToList().ShouldBeEmpty();
        return Show(root!);
    }
}
