using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using static Loam.Core.StateFiles.Editing.EditValue;

namespace Loam.Tests.StateFiles.Editing;

public sealed class StateEditTests
{
    private const string Shop = """
        # The shop.
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata:
          name: shop  # free
        spec:
          services:
            # What people see.
            - name: web
              image: nginx:1.27   # pinned
              ports:
                - container: 80
                  host: "8080"  # behind the proxy
              # Two would need a proxy.
              replicas: 1

            # Keeps the orders.
            - name: db
              image: 'postgres:16'
              command: [postgres, -c, "a=b"]
              environment:
                POSTGRES_DB: shop

        # end

        """;

    public static TheoryData<string, string, string> Scalars => new()
    {
        { "spec.services[web].image", "nginx:1.27   # pinned", "caddy:2   # pinned" },
        { "spec.services[web].ports[container=80].host", "\"8080\"  #", "\"caddy:2\"  #" },
        { "spec.services[db].image", "'postgres:16'", "'caddy:2'" },
        { "spec.services[db].command[#2]", "\"a=b\"", "\"caddy:2\"" },
        { "spec.services[db].command[=-c]", " -c,", " caddy:2," },
        { "metadata.name", "shop  # free", "caddy:2  # free" },
        { "spec.services[db].environment.POSTGRES_DB", "DB: shop", "DB: caddy:2" },
    };

    [Theory, MemberData(nameof(Scalars))]
    public void Sets_a_scalar_and_leaves_the_rest(string path, string before, string after)
    {
        Shop.Split(before).Length.ShouldBe(2);
        StateEdit.Set(Shop, EditPath.Parse(path), "caddy:2").ShouldBe(Shop.Replace(before, after));
    }

    public static TheoryData<string, string, string> Texts => new()
    {
        { "a: 1", "8080", "a: 8080" },
        { "a: x", "8080", "a: \"8080\"" },
        { "a: x", "yes", "a: \"yes\"" },
        { "a: x", "22:30", "a: \"22:30\"" },
        { "a: x", "2024-01-01", "a: \"2024-01-01\"" },
        { "a: x", "", "a: \"\"" },
        { "a: x", "null", "a: \"null\"" },
        { "a: x", "it's", "a: it's" },
        { "a: 'x'", "it's", "a: 'it''s'" },
        { "a: x", "say \"hi\": now", "a: 'say \"hi\": now'" },
        { "a: x", "- b", "a: \"- b\"" },
        { "a: x", "-b", "a: -b" },
        { "a: x", "b #c", "a: \"b #c\"" },
        { "a: x", "b#c", "a: b#c" },
        { "a: x", "b:", "a: \"b:\"" },
        { "a: x", "${secrets.PW}@db", "a: ${secrets.PW}@db" },
        { "a: [x]", "p,q", "a: [\"p,q\"]" },
        { "a: x", "* * * * *", "a: \"* * * * *\"" },
        { "a: x", "tab\there", "a: \"tab\\there\"" },
        { "a: x", " lead", "a: \" lead\"" },
        { "a: x", "\u001b[0m", "a: \"\\u001b[0m\"" },
        { "a: x", "größe 😀", "a: größe 😀" },
        { "a:", "x", "a: x" },
        { "a:   # why", "x", "a: x   # why" },
        { "a: ~", "x", "a: x" },
        { "a: x", "one\ntwo\n", "a: |\n  one\n  two\n" },
        { "a: x # c", "one\ntwo", "a: |- # c\n  one\n  two" },
        { "a: |\n  old\n  text\n", "new", "a: new\n" },
        { "a: | # c\n  old\n\n  text\n\nb: 1\n", "new\nlines\n",
            "a: | # c\n  new\n  lines\n\nb: 1\n" },
        { "a: >-\n  old\n  text\nb: 1\n", "new", "a: new\nb: 1\n" },
        { "a: x\n  # c\n", "one\ntwo\n", "a: \"one\\ntwo\\n\"\n  # c\n" },
        { "a: \"8080\"", "9090", "a: \"9090\"" },
        { "a: \"old\n  text\" # c\n", "new", "a: \"new\" # c\n" },
        { "a:\n  old\n  text\nb: 1\n", "new", "a:\n  new\nb: 1\n" },
        { "{a: x, b: y}", "p: q", "{a: \"p: q\", b: y}" },
        { "{\"a\":\"x\"}", "v", "{\"a\":\"v\"}" },
        { "{a, b: c}", "v", "{a: v, b: c}" },
        { "\ufeffa: x\r\nb: y\r\n", "z", "\ufeffa: z\r\nb: y\r\n" },
        { "---\na: x\n...\n", "z", "---\na: z\n...\n" },
        { "", "x", "a: x\n" },
        { "# only words\n", "x", "# only words\na: x\n" },
        { "# only words", "x", "# only words\na: x" },
        { "---\n# words\n", "x", "---\n# words\na: x\n" },
        { "{}\n", "x", "a: x\n" },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Writes_texts_as_they_need(string before, string value, string after)
    {
        var path = before.StartsWith("a: [") ? EditPath.Root.Key("a").At(0)
            : EditPath.Root.Key("a");
        StateEdit.Set(before, path, value).ShouldBe(after);
    }

    public static TheoryData<string, string, EditValue, string> Places => new()
    {
        { "a: 1\n", "b", Of(2), "a: 1\nb: 2\n" },
        { "a: 1", "b", Of(2), "a: 1\nb: 2" },
        { "a: 1\r\n", "b.c", Of(2), "a: 1\r\nb:\r\n  c: 2\r\n" },
        { "a:\n    x: 1\n", "b.c", Of(2), "a:\n    x: 1\nb:\n    c: 2\n" },
        { "a: {}\n", "a.\"x.y\"", Of("on"), "a:\n  x.y: \"on\"\n" },
        { "a: {x: 1}\n", "a.y", Of(2), "a: {x: 1, y: 2}\n" },
        { "a: { x: 1 }\n", "a.y", List(Of(2), Of(true)), "a: { x: 1, y: [2, true] }\n" },
        { "a: [{c: 80}, {c: 81}]\n", "a[c=80].h", Of(1), "a: [{c: 80, h: 1}, {c: 81}]\n" },
        { "a: 1 # c\n", "a", Map(("x", Of(1))), "a: # c\n  x: 1\n" },
        { "a: 1\n", "a", Map(("x", Of(1))), "a:\n  x: 1\n" },
        { "a: # c\n  x: 1\nb: 2\n", "a", Of(1), "a: 1 # c\nb: 2\n" },
        { "a:\n- x: 1\n  y: 2\nb: 2\n", "a", List(), "a: []\nb: 2\n" },
        { "a:\n- x # c\n- y\n", "a[#0]", Map(("p", Of(1)), ("q", Of(2))),
            "a:\n- p: 1 # c\n  q: 2\n- y\n" },
        { "a:\n- p: 1\n  q: 2 # c\n- y\n", "a[#0]", Of("x"), "a:\n- x\n- y\n" },
        { "a:\n  - - x\n    - y\n", "a[#0]", Of(1), "a:\n  - 1\n" },
        { "services:\n- name: web\n  image: x\n", "services[db].image", Of("v"),
            "services:\n- name: web\n  image: x\n- name: db\n  image: v\n" },
        { "services:\n- name: web\n", "services[web].ports[container=80].host", Of(8080),
            "services:\n- name: web\n  ports:\n  - container: 80\n    host: 8080\n" },
        { "services:\n  -   name: web\n", "services[web].image", Of("x"),
            "services:\n  -   name: web\n      image: x\n" },
        { "services:\n  -   name: web\n", "services[db].image", Of("x"),
            "services:\n  -   name: web\n  -   name: db\n      image: x\n" },
        { "a: [80, 443] # c\n", "a", List(Of(80), Of(444), Of(445)),
            "a: [80, 444, 445] # c\n" },
        { "a:\n  - 1\n  # two\n  - 2\n  - 3\n", "a", List(Of(1), Of(3), Of(4)),
            "a:\n  - 1\n  - 3\n  - 4\n" },
        { "a:\n  # x\n  x: 1 # one\n  # y\n  y: 2\n", "a", Map(("z", Of(3)), ("x", Of(5))),
            "a:\n  # x\n  x: 5 # one\n  z: 3\n" },
        { "a: |\n  text", "b", Of(1), "a: |-\n  text\nb: 1" },
        { "a: x", "b", Of("p\nq\n"), "a: x\nb: |\n  p\n  q\n" },
        { "a:\n  b: 1\n  # below b\n\n# for c\nc: 2\n", "a.d", Of(1),
            "a:\n  b: 1\n  d: 1\n  # below b\n\n# for c\nc: 2\n" },
        { "a:\n  b: 1\n    # of b\nc: 2\n", "a.d", Of(1),
            "a:\n  b: 1\n    # of b\n  d: 1\nc: 2\n" },
        { "a: # c\n", "a", List(), "a: [] # c\n" },
        { "a: [] # c\n", "a", List(Of(1)), "a: # c\n  - 1\n" },
    };

    [Theory, MemberData(nameof(Places))]
    public void Sets_values_where_they_belong(
        string before, string path, EditValue value, string after)
    {
        var result = StateEdit.Set(before, EditPath.Parse(path), value);
        result.ShouldBe(after);
        StateEdit.Set(result, EditPath.Parse(path), value).ShouldBe(result);
    }

    public static TheoryData<string, string, string> Removals => new()
    {
        { "a: 1\nb: 2\n", "a", "b: 2\n" },
        { "a: 1\nb: 2", "b", "a: 1" },
        { "a: 1\n", "a", "" },
        { "# head\n\na: 1\n", "a", "# head\n\n" },
        { "a: 1\n", "x.y[z]", "a: 1\n" },
        { "a:\n  - 1\nb: 2\n", "a[=1]", "a: []\nb: 2\n" },
        { "a:\n  # one\n  - 1 # c\nb: 2\n", "a[=1]", "a: []\nb: 2\n" },
        { "a: # c\n  x: 1\n", "a.x", "a: {} # c\n" },
        { "a:\n  - 1\n  # of 2\n  - 2 # c\n  - 3\n", "a[=2]", "a:\n  - 1\n  - 3\n" },
        { "a:\n- x\n\n- y\n\n- z\n\nb: 1\n", "a[=y]", "a:\n- x\n\n- z\n\nb: 1\n" },
        { "a:\n- x\n\n- y\n\n- z\n\nb: 1\n", "a[=z]", "a:\n- x\n\n- y\n\nb: 1\n" },
        { "a:\n- x\n\n- y\n\n- z\n\nb: 1\n", "a[=x]", "a:\n- y\n\n- z\n\nb: 1\n" },
        { "a:\n- name: x\n  b: 1\n  c: 2\n", "a[x].name", "a:\n- b: 1\n  c: 2\n" },
        { "a:\n- name: x\n  # of b\n  b: 1\n", "a[x].name", "a:\n-\n  # of b\n  b: 1\n" },
        { "a: [1, 2, 3]\n", "a[=1]", "a: [2, 3]\n" },
        { "a: [1, 2, 3]\n", "a[=2]", "a: [1, 3]\n" },
        { "a: [1, 2, 3]\n", "a[=3]", "a: [1, 2]\n" },
        { "a: [ 1 ]\n", "a[=1]", "a: []\n" },
        { "a: [\n  1, # one\n  2, # two\n  3 # three\n]\n", "a[=2]",
            "a: [\n  1, # one\n  3 # three\n]\n" },
        { "a: [\n  1, # one\n  2 # two\n]\n", "a[=2]", "a: [\n  1 # one\n]\n" },
        { "a: {x: 1, y: {z: 2}}\n", "a.y.z", "a: {x: 1, y: {}}\n" },
        { "a: {x: 1, y: 2}\n", "a.x", "a: {y: 2}\n" },
        { "a: |+\n  t\n\nb: 1\n", "b", "a: |+\n  t\n\n" },
        { "a: |\n  t\nb: 1", "b", "a: |\n  t\n" },
        { "a: |+\n  t\nb: 1\n\nc: 2\n", "b", "a: |+\n  t\nc: 2\n" },
        { "a: 1\r\n# of b\r\nb: 2\r\nc: 3\r\n", "b", "a: 1\r\nc: 3\r\n" },
    };

    [Theory, MemberData(nameof(Removals))]
    public void Removes_an_entry_with_its_comments(string before, string path, string after) =>
        StateEdit.Remove(before, EditPath.Parse(path)).ShouldBe(after);

    public static TheoryData<string, EditValue, string> Additions => new()
    {
        { "a: []\n", Of("x"), "a:\n  - x\n" },
        { "a:\n", Of("x"), "a:\n  - x\n" },
        { "b: 1\n", Of("x"), "b: 1\na:\n  - x\n" },
        { "a:\n- x\n", Of("v"), "a:\n- x\n- v\n" },
        { "a:\n- x\n# of b\nb: 1\n", Of("v"), "a:\n- x\n- v\n# of b\nb: 1\n" },
        { "a: [x]\n", Of("v"), "a: [x, v]\n" },
        { "a: [\n  x, # one\n]\n", Of("v"), "a: [\n  x, # one\n  v,\n]\n" },
        { "a: [\n  x # one\n]\n", Of("v"), "a: [\n  x, # one\n  v\n]\n" },
        { "a: [ x,\n     y ]\n", Of("z"), "a: [ x,\n     y,\n     z ]\n" },
        { "a:\n- x\n\n# of y\n- y\n", Of("z"), "a:\n- x\n\n# of y\n- y\n\n- z\n" },
        { "a:\n  - x\n    # more of x\nb: 1\n", Of("v"),
            "a:\n  - x\n    # more of x\n  - v\nb: 1\n" },
        { "a:\n  - x\nb:\n  - c: 1\n", Map(("p", List(Of(1))), ("q", Map())),
            "a:\n  - x\n  - p:\n      - 1\n    q: {}\nb:\n  - c: 1\n" },
        { "a:\n  - x", List(Of(1), Of(2)), "a:\n  - x\n  - - 1\n    - 2" },
    };

    [Theory, MemberData(nameof(Additions))]
    public void Adds_items_in_the_style_of_the_list(string before, EditValue item, string after) =>
        StateEdit.Append(before, EditPath.Root.Key("a"), item).ShouldBe(after);

    [Theory]
    [InlineData("m: {}")]
    [InlineData("m:\n  b: 1\n")]
    public void The_name_of_a_field_may_hold_an_asterisk(string file)
    {
        var after = StateEdit.Set(file, EditPath.Root.Key("m").Key("a *"), "x");

        after.ShouldContain("\"a *\": x");
    }

    [Fact]
    public void Adds_a_service_with_the_blank_line_that_separates_services()
    {
        var path = EditPath.Parse("spec.services");
        var added = StateEdit.Append(Shop, path,
            Map(("name", Of("cache")), ("image", Of("redis:7"))));
        added.ShouldBe(Shop.Replace("POSTGRES_DB: shop\n",
            "POSTGRES_DB: shop\n\n    - name: cache\n      image: redis:7\n"));
        StateEdit.Remove(added, EditPath.Parse("spec.services[cache]")).ShouldBe(Shop);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "a: x\n", "a.b" }, { "a: x\n", "a[b].c" }, { "a: [1]\n", "a.b" },
        { "a: [1]\n", "a[#3]" }, { "a: {b: 1}\n", "a[#0]" }, { "a: 'x\n", "a" },
        { "- x\n", "a" }, { "a: 1\na: 2\n", "a" }, { "a: &x 1\n", "a" }, { "? a\n: b\n", "a" },
        { "a: 1\n", "a[b]" }, { "a: [b: 1]\n", "a" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void Refuses_what_cannot_be_with_a_sentence(string text, string path) =>
        Should.Throw<EditException>(() => StateEdit.Set(text, EditPath.Parse(path), "x"))
            .Message.ShouldEndWith(".");

    [Fact]
    public void An_item_keeps_the_field_it_is_found_by()
    {
        var path = EditPath.Parse("s[web]");
        StateEdit.Set("s:\n- name: web\n  a: 1\n", path, Map(("b", Of(2))))
            .ShouldBe("s:\n- name: web\n  b: 2\n");
        StateEdit.Set("s: []\n", path, Map(("b", Of(2)))).ShouldBe("s:\n  - name: web\n    b: 2\n");
        Should.Throw<EditException>(() => StateEdit.Set("s: []\n", path, "text"));
    }

    [Fact]
    public void A_new_file_reads_and_takes_its_first_service()
    {
        var text = StateEdit.NewFile(ServicesFile.Kind, "shop");
        StateEdit.Set(text, EditPath.Parse("spec.services[web].image"), "nginx:1.27").ShouldBe("""
            apiVersion: loam/v1
            kind: ServiceManifest
            metadata:
              name: shop
            spec:
              services:
                - name: web
                  image: nginx:1.27

            """);
    }

    [Fact]
    public void Finds_what_a_path_names()
    {
        var root = YamlReader.Read("f", Shop, new()).ShouldNotBeNull();
        var path = EditPath.Root.Key("spec").Key("services").Item("name", "web").Key("ports")
            .At(0).Key("host");
        StateEdit.Find(root, path).ShouldBeOfType<ScalarNode>().Text.ShouldBe("8080");
        StateEdit.Find(root, EditPath.Parse("spec.services[nobody].image")).ShouldBeNull();
    }
}
