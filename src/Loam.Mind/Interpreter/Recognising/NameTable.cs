using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>What words can name: things of the state, apps and roles of the catalogue, and the
/// settings apps have.</summary>
internal sealed class NameTable
{
    public const int LongestName = 5;

    private static readonly Lazy<Dictionary<string, ImmutableArray<Naming>>> s_catalogue =
        new(OfCatalogue);
    private static readonly Lazy<HashSet<string>> s_words =
        new(() => [.. s_catalogue.Value.Keys.SelectMany(k => k.Split(' '))]);
    private static readonly Lazy<HashSet<string>> s_settings =
        new(() => [.. AppCatalog.SettingWords]);

    private static readonly (Known, string File, string List, string Key)[] s_lists =
    [
        (Known.User, SecurityFile.File, "users", "name"),
        (Known.Certificate, SecurityFile.File, "certificates", "name"),
        (Known.Job, ScheduledFile.File, "jobs", "name"),
        (Known.Rule, NetworkFile.File, "rules", "name"),
        (Known.Interface, NetworkFile.File, "interfaces", "name"),
        (Known.Mount, StorageFile.File, "mounts", "target"),
    ];

    private static readonly (string, string)[] s_synonyms =
        [("db", "database"), ("database", "db")];

    /// <summary>One turn asks for the same state several times.</summary>
    private static readonly ConditionalWeakTable<DesiredState, NameTable> s_tables = [];

    private readonly Dictionary<string, ImmutableArray<Naming>> _state =
        new(StringComparer.Ordinal);

    /// <summary>Looser names, where nothing is called so exactly.</summary>
    private readonly Dictionary<string, ImmutableArray<Naming>> _forms =
        new(StringComparer.Ordinal);

    private readonly HashSet<string> _formWords = new(StringComparer.Ordinal);

    public static NameTable Of(DesiredState state) =>
        s_tables.GetValue(state, s => new(s));

    private NameTable(DesiredState state)
    {
        foreach (var name in state.Services.Keys)
        {
            AddVariants(Known.Service, name);
        }
        AddParts(state);
        AddImages(state);
        AddParts(Known.Rule, "rule", [.. Things(state, NetworkFile.File, "rules")
            .Select(r => r.Text("name")).OfType<string>()]);
        foreach (var name in state.Volumes.Keys)
        {
            AddVariants(Known.Volume, name);
            AddForms(Known.Volume, name, NameForms.OfVolume(name));
        }
        foreach (var name in state.Networks.Keys)
        {
            AddVariants(Known.Network, name);
        }
        foreach (var name in state.Secrets.Keys)
        {
            Add(name.ToLowerInvariant(), new(Known.Secret, name));
            AddForms(Known.Secret, name, NameForms.OfSecret(name));
        }
        AddParts(Known.Job, "job", [.. Things(state, ScheduledFile.File, "jobs")
            .Select(j => j.Text("name")).OfType<string>()]);
        foreach (var (known, file, list, key) in s_lists)
        {
            foreach (var item in Things(state, file, list))
            {
                if (item.Text(key) is { } name)
                {
                    AddVariants(known, name);
                    if (known == Known.Job)
                    {
                        AddForms(known, name, NameForms.OfJob(name));
                    }
                    if (known == Known.Mount)
                    {
                        // "/mnt/nas" is called "the nas".
                        AddVariants(known, name, name[(name.LastIndexOf('/') + 1)..]);
                    }
                }
            }
        }
    }

    private static IEnumerable<MapValue> Things(DesiredState state, string file, string list)
    {
        var spec = state.Specs.GetValueOrDefault(file);
        return (list == "rules" ? spec?.Map("firewall") : spec)?.Maps(list) ?? [];
    }

    /// <summary>Everything a phrase can name, things of the state first; empty: nothing.
    /// </summary>
    public ImmutableArray<Naming> Namings(string phrase) =>
        (_state.TryGetValue(phrase, out var own) ? own : _forms.GetValueOrDefault(phrase, []))
            .AddRange(s_catalogue.Value.GetValueOrDefault(phrase, []));

    /// <summary>The names themselves, as they are written in the state.</summary>
    public IEnumerable<string> Names => _state.Values.SelectMany(n => n).Select(n => n.Name);

    public static bool IsSetting(string phrase) => s_settings.Value.Contains(phrase);

    /// <summary>Words of the state's names: what a slip was most likely meant as.</summary>
    public IEnumerable<string> OwnWords => _state.Keys.SelectMany(k => k.Split(' '));

    /// <summary>Words of the catalogue's names.</summary>
    public static HashSet<string> CatalogueWords => s_words.Value;

    /// <summary>A word of a looser name: no slip of another.</summary>
    public bool Knows(string word) => _formWords.Contains(word);

    private void AddVariants(Known known, string name) => AddVariants(known, name, name);

    /// <param name="called">What people say for it.</param>
    private void AddVariants(Known known, string name, string called)
    {
        var lower = called.ToLowerInvariant();
        if (lower.Length == 0)
        {
            return;
        }
        Add(lower, new(known, name));
        var parts = lower.Split('-', '_');
        if (parts.Length > 1)
        {
            Add(string.Join(' ', parts), new(known, name));
            // photos-db is "the photo database", cert-store "the certs store".
            var other = parts[0].EndsWith('s') ? parts[0][..^1] : parts[0] + "s";
            AddSynonyms(known, name, [other, .. parts[1..]]);
            if (other.Length > 2)
            {
                Add($"{other} {string.Join(' ', parts[1..])}", new(known, name));
            }
        }
        AddSynonyms(known, name, parts);
    }

    /// <summary>"The legacy one" of pg-legacy: a part that no other service bears.</summary>
    private void AddParts(DesiredState state)
    {
        foreach (var part in state.Services.Keys
            .SelectMany(name => name.ToLowerInvariant().Split('-', '_').Skip(1)
                .Select(word => (Word: word, Name: name)))
            .Where(p => p.Word.Length > 2).GroupBy(p => p.Word, StringComparer.Ordinal)
            .Where(p => p.Count() == 1 && !state.Services.ContainsKey(p.Key)))
        {
            AddForms(Known.Service, part.First().Name, [$"{part.Key} one"]);
        }
    }

    /// <summary>"Orthanc" of the one service that runs example/orthanc: a word of no other
    /// meaning.</summary>
    private void AddImages(DesiredState state)
    {
        foreach (var image in state.Services.Values
            .Select(s => (Word: s.Image.Product.ToLowerInvariant(), s.Name))
            .Where(i => i.Word.Length > 3 && i.Word != i.Name
                && !Lexicon.English.IsWord(i.Word) && !s_catalogue.Value.ContainsKey(i.Word))
            .GroupBy(i => i.Word, StringComparer.Ordinal).Where(i => i.Count() == 1))
        {
            AddForms(Known.Service, image.First().Name, [image.Key]);
        }
    }

    /// <summary>"The scanner rule" of no-scanner: a part that no other of that kind bears.
    /// </summary>
    private void AddParts(Known known, string kind, List<string> names)
    {
        // "Git over ssh" of git-ssh.
        foreach (var name in names.Where(n => n.Count(c => c == '-') == 1))
        {
            AddForms(known, name, [name.ToLowerInvariant().Replace("-", " over ",
                StringComparison.Ordinal)]);
        }
        foreach (var part in names.Where(n => n.Contains('-', StringComparison.Ordinal))
            .SelectMany(name => name.ToLowerInvariant().Split('-')
                .Select(word => (Word: word, Name: name)))
            .Where(p => p.Word.Length > 2).GroupBy(p => p.Word, StringComparer.Ordinal)
            .Where(p => p.Count() == 1 && !names.Contains(p.Key)))
        {
            AddForms(known, part.First().Name, [$"{part.Key} {kind}"]);
        }
    }

    private void AddForms(Known known, string name, IEnumerable<string> forms)
    {
        foreach (var form in forms)
        {
            _formWords.UnionWith(form.Split(' '));
            _forms[form] = _forms.GetValueOrDefault(form, []).Add(new(known, name));
        }
    }

    private void AddSynonyms(Known known, string name, string[] parts)
    {
        // People say "the gitea database" of gitea-db, and the other way round.
        foreach (var (from, to) in s_synonyms)
        {
            if (parts.Length > 1 && parts.Contains(from))
            {
                Add(string.Join(' ', parts.Select(p => p == from ? to : p)), new(known, name));
            }
        }
    }

    private void Add(string phrase, Naming naming)
    {
        var present = _state.GetValueOrDefault(phrase, []);
        if (!present.Contains(naming))
        {
            _state[phrase] = present.Add(naming);
        }
    }

    private static Dictionary<string, ImmutableArray<Naming>> OfCatalogue()
    {
        var table = new Dictionary<string, ImmutableArray<Naming>>(StringComparer.Ordinal);
        foreach (var (words, app) in AppCatalog.NamesOfApps)
        {
            table[words] = [new(Known.App, app)];
        }
        foreach (var role in AppCatalog.Roles)
        {
            table[role] = table.GetValueOrDefault(role, []).Add(new(Known.Role, role));
        }
        return table;
    }
}
