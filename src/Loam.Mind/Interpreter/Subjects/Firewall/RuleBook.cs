using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.Diagnostics;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>A rule to be written.</summary>
internal sealed record NewRule(string Name, FirewallAction Action)
{
    public PacketDirection Direction { get; init; }
    public PacketProtocol? Protocol { get; init; }
    public IReadOnlyList<PortRange> Ports { get; init; } = [];
    public IReadOnlyList<string> Sources { get; init; } = [];
    public IReadOnlyList<string> Destinations { get; init; } = [];
    public string? Interface { get; init; }
    public string? State { get; init; }
    public string? Rate { get; init; }
    public bool Log { get; init; }
}

/// <summary>The rules of the draft, and the edits there are of them.</summary>
internal sealed class RuleBook(Session session)
{
    public static EditPath Firewall { get; } = EditPath.Parse("spec.firewall");
    private static readonly EditPath s_rules = Firewall.Key("rules");

    public FirewallRules Rules => FirewallRules.Of(
        session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File));

    public FirewallRule? Named(string name) => Rules.Rules.FirstOrDefault(r => r.Name == name);

    public int IndexOf(string name)
    {
        var rules = Rules.Rules;
        for (var at = 0; at < rules.Length; at++)
        {
            if (rules[at].Name == name)
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>A name no rule has yet.</summary>
    public string Free(string wanted)
    {
        wanted = Label(wanted);
        var name = wanted;
        for (var count = 2; Named(name) is not null; count++)
        {
            name = $"{wanted}-{count}";
        }
        return name;
    }

    private static string Label(string text)
    {
        var label = new string([.. text.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        while (label.Contains("--", StringComparison.Ordinal))
        {
            label = label.Replace("--", "-", StringComparison.Ordinal);
        }
        label = label[..Math.Min(label.Length, 40)].Trim('-');
        return label.Length == 0 ? "rule" : label;
    }

    public void SetField(string field, EditValue value) =>
        session.Draft.Set(NetworkFile.File, Firewall.Key(field), value);

    public void SetField(string rule, string field, EditValue value) =>
        session.Draft.Set(NetworkFile.File, s_rules.Item("name", rule).Key(field), value);

    public void RemoveField(string rule, string field) =>
        session.Draft.Remove(NetworkFile.File, s_rules.Item("name", rule).Key(field));

    public void Remove(string rule) =>
        session.Draft.Remove(NetworkFile.File, s_rules.Item("name", rule));

    public void SetSources(string rule, IReadOnlyList<string> sources)
    {
        if (sources.Count == 0)
        {
            RemoveField(rule, "source");
            return;
        }
        SetField(rule, "source", Texts(sources));
    }

    public void SetPorts(string rule, IReadOnlyList<PortRange> ports) =>
        SetField(rule, "port", Ports(ports));

    /// <summary>Puts a rule before the one at that place; behind all: at the end.</summary>
    public void Insert(int index, NewRule rule)
    {
        var items = Written();
        if (items is null || index >= items.Items.Length)
        {
            session.Draft.Append(NetworkFile.File, s_rules, Value(rule));
            return;
        }
        session.Draft.Set(NetworkFile.File, s_rules,
            new ListEdit(items.Items.Insert(Math.Max(0, index), Value(rule))));
    }

    public void Move(string rule, int to)
    {
        if (Written() is not { } items || IndexOf(rule) is var from && from < 0)
        {
            return;
        }
        var item = items.Items[from];
        session.Draft.Set(NetworkFile.File, s_rules,
            new ListEdit(items.Items.RemoveAt(from).Insert(to > from ? to - 1 : to, item)));
    }

    private ListEdit? Written()
    {
        if (session.Draft.Files[NetworkFile.File] is not { } text
            || YamlReader.Read(NetworkFile.File, text, new DiagnosticBag()) is not { } root)
        {
            return null;
        }
        return StateEdit.Find(root, s_rules) is { } node ? EditValue.From(node) as ListEdit : null;
    }

    private static MapEdit Value(NewRule rule)
    {
        var entries = new List<(string, EditValue)> { ("name", EditValue.Of(rule.Name)) };
        if (rule.Direction != PacketDirection.Input)
        {
            entries.Add(("direction", EditValue.Of(Word(rule.Direction))));
        }
        if (rule.Protocol is { } protocol)
        {
            entries.Add(("protocol", EditValue.Of(Word(protocol))));
        }
        if (rule.Ports.Count > 0)
        {
            entries.Add(("port", Ports(rule.Ports)));
        }
        if (rule.Sources.Count > 0)
        {
            entries.Add(("source", Texts(rule.Sources)));
        }
        if (rule.Destinations.Count > 0)
        {
            entries.Add(("destination", Texts(rule.Destinations)));
        }
        foreach (var (key, text) in (ReadOnlySpan<(string, string?)>)
            [("interface", rule.Interface), ("state", rule.State), ("rate", rule.Rate)])
        {
            if (text is not null)
            {
                entries.Add((key, EditValue.Of(text)));
            }
        }
        if (rule.Log)
        {
            entries.Add(("log", EditValue.Of(true)));
        }
        entries.Add(("action", EditValue.Of(rule.Action.ToString().ToLowerInvariant())));
        return (MapEdit)EditValue.Map([.. entries]);
    }

    private static EditValue Texts(IReadOnlyList<string> texts) => texts.Count == 1
        ? EditValue.Of(texts[0]) : EditValue.List([.. texts.Select(EditValue.Of)]);

    private static EditValue Ports(IReadOnlyList<PortRange> ports)
    {
        var values = ports.Select(p => p.First == p.Last ? EditValue.Of(p.First)
            : EditValue.Of(PortNames.Text(p))).ToList();
        return values.Count == 1 ? values[0] : EditValue.List([.. values]);
    }

    public static string Word(PacketDirection direction) =>
        direction.ToString().ToLowerInvariant();

    public static string Word(PacketProtocol protocol) => protocol.ToString().ToLowerInvariant();
}
