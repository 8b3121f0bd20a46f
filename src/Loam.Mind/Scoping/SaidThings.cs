using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Approving;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Scoping;

/// <summary>Which things turns name and what they are about. What a later turn is about goes for
/// what an earlier one named: "restart it".</summary>
internal sealed class SaidThings(DesiredState state)
{
    private static readonly string[] s_creating =
        ["create", "have", "start", "set", "replace", "connect"];

    private static readonly Dictionary<Reading, ScopeTopic[]> s_topics = new()
    {
        [new(Part.Verb, "restart")] = [ScopeTopic.Restart],
        [new(Part.Verb, "stop")] = [ScopeTopic.Stop],
        [new(Part.Verb, "start")] = [ScopeTopic.Start],
        [new(Part.Verb, "scale")] = [ScopeTopic.Scale],
        [new(Part.Field, "replicas")] = [ScopeTopic.Scale],
        [new(Part.Verb, "upgrade")] = [ScopeTopic.Upgrade, ScopeTopic.Version],
        [new(Part.Verb, "downgrade")] = [ScopeTopic.Version],
        [new(Part.Field, "version")] = [ScopeTopic.Version],
        [new(Part.Field, "image")] = [ScopeTopic.Version],
        [new(Part.Field, "environment")] = [ScopeTopic.Environment],
        [new(Part.Verb, "publish")] = [ScopeTopic.Ports],
        [new(Part.Verb, "move")] = [ScopeTopic.Ports],
        [new(Part.Field, "port")] = [ScopeTopic.Ports],
        [new(Part.Verb, "mount")] = [ScopeTopic.Storage],
        [new(Part.Field, "volume")] = [ScopeTopic.Storage],
        [new(Part.Field, "disk")] = [ScopeTopic.Storage],
        [new(Part.Verb, "backup")] = [ScopeTopic.Backup],
        [new(Part.Field, "backup")] = [ScopeTopic.Backup],
        [new(Part.Topic, "snapshot")] = [ScopeTopic.Backup],
    };

    private readonly NameTable _names = NameTable.Of(state);
    private readonly HashSet<ResourceId> _named = [];
    private readonly HashSet<ResourceId> _tuned = [];
    private readonly HashSet<ScopeTopic> _topics = [];

    /// <summary>What a turn opens, with the turns before it.</summary>
    public Scope Hear(string turn)
    {
        // Each sentence by itself as well: what one says is not undone by another beside it.
        var readings = turn.Split([". ", "! ", "? ", "; ", "\n"], StringSplitOptions.TrimEntries
            | StringSplitOptions.RemoveEmptyEntries).Append(turn).Distinct().Select(Read).ToList();
        foreach (var lexeme in readings.SelectMany(r => r))
        {
            Name(lexeme);
            foreach (var reading in lexeme.Readings)
            {
                _topics.UnionWith(s_topics.GetValueOrDefault(reading, []));
            }
        }
        NameFamilies(turn);
        return new()
        {
            Grants = Grants(),
            Apps = readings.Aggregate(Scope.Nothing,
                (all, lexemes) => all.And(new() { Apps = Apps(lexemes) })).Apps,
            Numbers = [.. readings.SelectMany(r => Numbers(turn, r))],
            Words = [turn.ToLowerInvariant().ReplaceLineEndings(" ")],
        };
    }

    private List<Lexeme> Read(string text) => Purposes.Read(AppTerms.Read(
        new Recogniser(Lexicon.English, _names).Read(
            Normaliser.Words(text, Lexicon.English))));

    private void Name(Lexeme lexeme)
    {
        var services = lexeme.Namings.Where(n => n.Known == Known.Service)
            .Select(n => n.Name).ToList();
        if (services.Count == 0)
        {
            services = [.. state.Services.Values.Where(s => IsA(s, lexeme)).Select(s => s.Name)];
        }
        foreach (var name in services)
        {
            var id = new ResourceId(ResourceKind.Service, name);
            _tuned.Add(id);
            // Of several that a word fits, none was named.
            if (services.Count == 1)
            {
                _named.Add(id);
            }
        }
        foreach (var naming in lexeme.Namings.Where(n => n.Known == Known.Volume))
        {
            _named.Add(new(ResourceKind.Volume, naming.Name));
        }
    }

    /// <summary>"The database", "postgres": what a service is, where none is called so.</summary>
    private static bool IsA(Service service, Lexeme lexeme) =>
        AppCatalog.ByImage(service.Image) is { } app
        && (lexeme.Named(Known.App) == app.Name
            || (lexeme.Named(Known.Role) is { } role && app.Roles.Contains(role)));

    /// <summary>"The shop" is shop-web and shop-db, where nothing is called shop.</summary>
    private void NameFamilies(string turn)
    {
        var words = turn.ToLowerInvariant().Split(
            [' ', '\n', ',', '.', ';', ':', '!', '?', '\'', '"'],
            StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 2).ToHashSet();
        foreach (var name in state.Services.Keys.Where(
            n => n.Split('-') is [var first, _, ..] && words.Contains(first)))
        {
            _tuned.Add(new(ResourceKind.Service, name));
        }
    }

    private ImmutableHashSet<ScopeGrant> Grants()
    {
        var grants = ImmutableHashSet.CreateBuilder<ScopeGrant>();
        foreach (var service in WithNeeds())
        {
            grants.Add(new(service, ScopeTopic.Tune));
        }
        foreach (var thing in _named)
        {
            grants.Add(new(thing, ScopeTopic.Named));
            grants.UnionWith(_topics.Select(t => new ScopeGrant(thing, t)));
            if (thing.Kind == ResourceKind.Volume)
            {
                grants.Add(new(thing, ScopeTopic.Storage));
            }
        }
        foreach (var topic in _topics.Where(
            t => t is ScopeTopic.Backup or ScopeTopic.Storage))
        {
            var volumes = _tuned.Concat(_named).Where(t => t.Kind == ResourceKind.Service)
                .SelectMany(t => state.Services[t.Name].Volumes)
                .Where(v => state.Volumes.ContainsKey(v.Source));
            grants.UnionWith(volumes.Select(
                v => new ScopeGrant(new(ResourceKind.Volume, v.Source), topic)));
            grants.Add(new(new(ResourceKind.Setting, "backup"), topic));
        }
        return grants.ToImmutable();
    }

    /// <summary>What is named and what it depends on, however far.</summary>
    private HashSet<ResourceId> WithNeeds()
    {
        var all = new HashSet<ResourceId>();
        var open = new Queue<ResourceId>(_tuned.Concat(_named)
            .Where(t => t.Kind == ResourceKind.Service));
        while (open.TryDequeue(out var next))
        {
            if (!all.Add(next))
            {
                continue;
            }
            foreach (var need in state.Services[next.Name].DependsOn)
            {
                open.Enqueue(new(ResourceKind.Service, need));
            }
        }
        return all;
    }

    /// <summary>Apps that are wished for, with what they cannot do without.</summary>
    private static ImmutableSortedDictionary<string, int> Apps(List<Lexeme> lexemes)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        if (lexemes.Exists(l => l.Readings.Any(
            r => r.Part == Part.Verb && s_creating.Contains(r.Key))))
        {
            var wished = AppTerms.Made(lexemes).Select(m => m.App)
                .Concat(lexemes.Where(l => l.Named(Known.Service) is null)
                    .Select(l => l.Named(Known.Role)).OfType<string>()
                    .SelectMany(role => AppCatalog.Find(role)))
                .DistinctBy(a => a.Name);
            foreach (var app in wished)
            {
                Add(app, counts, 0);
            }
        }
        return counts.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private const int DeepestNeed = 4;

    private static void Add(App app, Dictionary<string, int> counts, int depth)
    {
        counts[app.Name] = counts.GetValueOrDefault(app.Name) + 1;
        foreach (var need in depth < DeepestNeed ? app.Needs : [])
        {
            if (AppCatalog.Named(need.App) is { } other)
            {
                Add(other, counts, depth + 1);
            }
        }
    }

    private static ImmutableHashSet<decimal> Numbers(string turn, List<Lexeme> lexemes)
    {
        var numbers = ImmutableHashSet.CreateBuilder<decimal>();
        foreach (var lexeme in lexemes.Where(l => l.IsNumber))
        {
            numbers.UnionWith(InBase(lexeme.Value, lexeme.Unit));
            if (lexemes.Exists(l => l.IsField("cpu")))
            {
                numbers.Add(lexeme.Value * 1000);
            }
        }
        var digits = string.Concat(turn.Select(c => char.IsAsciiDigit(c) ? c : ' '));
        foreach (var run in digits.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (decimal.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
            {
                numbers.Add(n);
            }
        }
        return numbers.ToImmutable();
    }

    /// <summary>As the state files count: bytes, milliseconds.</summary>
    private static decimal[] InBase(decimal value, string unit) => unit switch
    {
        "Ki" => [value * 1024, value * 1000],
        "Mi" => [value * (1 << 20), value * 1_000_000],
        "Gi" => [value * (1 << 30), value * 1_000_000_000],
        "Ti" => [value * (1L << 40), value * 1_000_000_000_000],
        "s" => [value, value * 1000],
        "min" => [value, value * 60_000],
        "h" => [value, value * 3_600_000],
        "d" => [value, value * 86_400_000],
        _ => [value],
    };
}
