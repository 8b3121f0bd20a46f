using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Context;

/// <summary>What a request is about, by its words and the names in it.</summary>
/// <param name="Parts">The most relevant first; never empty.</param>
/// <param name="Names">Of things in the state.</param>
internal sealed record Relevance(
    ImmutableArray<SchemaPart> Parts, ImmutableHashSet<string> Names)
{
    private const int LongestRead = 2000;
    private const string Services = "services.yaml/services";

    private static readonly Dictionary<Known, string[]> s_known = new()
    {
        [Known.Service] = [Services],
        [Known.App] = [Services, "storage.yaml/volumes", "security.yaml/secrets"],
        [Known.Role] = [Services, "storage.yaml/volumes", "security.yaml/secrets"],
        [Known.Volume] = ["storage.yaml/volumes", Services],
        [Known.Network] = ["services.yaml/networks", Services],
        [Known.Secret] = ["security.yaml/secrets"],
        [Known.User] = ["security.yaml/users"],
        [Known.Job] = ["scheduled.yaml/jobs"],
        [Known.Rule] = ["network.yaml/firewall"],
        [Known.Certificate] = ["security.yaml/certificates"],
        [Known.Interface] = ["network.yaml/interfaces"],
        [Known.Mount] = ["storage.yaml/mounts"],
    };

    private static readonly (string Subject, string[] Keys)[] s_subjects =
    [
        ("firewall", ["network.yaml/firewall"]),
        ("storage", ["storage.yaml/volumes", "storage.yaml/mounts"]),
        ("jobs", ["scheduled.yaml/jobs"]),
        ("notify", ["manifest.yaml/notify"]),
        ("people", ["security.yaml/users"]),
        ("machine", ["network.yaml/interfaces", "network.yaml/dns"]),
    ];

    private static readonly Lazy<ImmutableArray<(Vocabulary Words, string[] Keys)>> s_vocabularies =
        new(() => [.. s_subjects.Select(s => (new Vocabulary(s.Subject), s.Keys))]);

    /// <summary>Names of lists, things and fields, and where they are declared.</summary>
    private static readonly Lazy<ILookup<string, (string Key, int Weight)>> s_terms =
        new(() => SchemaText.Parts.SelectMany(Terms).Distinct().ToLookup(
            t => t.Word, t => (t.Key, t.Weight), StringComparer.Ordinal));

    public static Relevance Of(string said, DesiredState state)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal) { [Services] = 1 };
        var names = new HashSet<string>(StringComparer.Ordinal);
        var lexemes = new Recogniser(Lexicon.English, NameTable.Of(state))
            .Read(Normaliser.Words(Cut(said), Lexicon.English));
        foreach (var lexeme in lexemes)
        {
            foreach (var naming in lexeme.Namings)
            {
                Add(weights, s_known[naming.Known], 5);
                if (naming.Known is not (Known.App or Known.Role))
                {
                    names.Add(naming.Name);
                }
            }
            foreach (var (words, keys) in s_vocabularies.Value)
            {
                if (words.Owns(lexeme))
                {
                    Add(weights, keys, 3);
                }
            }
            foreach (var word in lexeme.Text.Split(' '))
            {
                foreach (var (key, weight) in s_terms.Value[word])
                {
                    Add(weights, [key], weight);
                }
            }
        }
        return new(
            [
                .. SchemaText.Parts.Where(p => weights.ContainsKey(p.Key))
                    .OrderByDescending(p => weights[p.Key]),
            ],
            Around(names, state));
    }

    /// <summary>Names of things in the state that are said, and of nothing around them.</summary>
    public static ImmutableHashSet<string> Named(string said, DesiredState state) =>
    [
        .. new Recogniser(Lexicon.English, NameTable.Of(state))
            .Read(Normaliser.Words(Cut(said), Lexicon.English))
            .SelectMany(l => l.Namings)
            .Where(n => n.Known is not (Known.App or Known.Role)).Select(n => n.Name),
    ];

    private static string Cut(string said) =>
        said.Length > LongestRead ? said[..LongestRead] : said;

    private static void Add(Dictionary<string, int> weights, string[] keys, int weight)
    {
        foreach (var key in keys)
        {
            weights[key] = weights.GetValueOrDefault(key) + weight;
        }
    }

    /// <summary>With what depends on them, and what they depend on or use.</summary>
    private static ImmutableHashSet<string> Around(HashSet<string> names, DesiredState state)
    {
        var around = names.ToImmutableHashSet(StringComparer.Ordinal).ToBuilder();
        foreach (var resource in state.Resources.Values)
        {
            if (names.Contains(resource.Id.Name))
            {
                around.UnionWith(resource.DependsOn.Select(d => d.Name));
            }
            else if (resource.DependsOn.Any(d => names.Contains(d.Name)))
            {
                around.Add(resource.Id.Name);
            }
        }
        return around.ToImmutable();
    }

    private static IEnumerable<(string Word, string Key, int Weight)> Terms(SchemaPart part)
    {
        yield return (part.Field.Name, part.Key, 3);
        var schema = part.Field.Type switch
        {
            ObjectType group => group.Schema,
            ListType { Item: ObjectType item } => item.Schema,
            _ => null,
        };
        if (schema is null)
        {
            yield break;
        }
        foreach (var word in new[] { schema.Name, schema.Name + "s" })
        {
            yield return (word, part.Key, 3);
        }
        foreach (var field in schema.Fields.Where(f => f.Name is not ("name" or "enabled")))
        {
            yield return (field.Name.Replace('_', ' '), part.Key, 1);
            if (field.Name.EndsWith('s'))
            {
                yield return (field.Name[..^1], part.Key, 1);
            }
        }
    }
}
