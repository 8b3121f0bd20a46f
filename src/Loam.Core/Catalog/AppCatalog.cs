using System.Collections.Immutable;
using System.Reflection;
using Loam.Core.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Catalog;

/// <summary>The apps Loam knows by name. The files are part of the program, and a test holds each
/// to the rules. What they are called is read on first use, the rest of a file when its app is
/// wanted: a request is answered by a process of its own, and names one app of a hundred.
/// </summary>
public static class AppCatalog
{
    private const string Prefix = "catalog/";
    private static readonly Lazy<Index> s_index = new(ReadHeads);
    private static readonly Lazy<ImmutableArray<App>> s_all =
        new(() => [.. s_index.Value.Entries.Select(e => e.App)]);

    /// <summary>All apps, by name.</summary>
    public static ImmutableArray<App> All => s_all.Value;

    public static App? Named(string name) => s_index.Value.ByName.GetValueOrDefault(name)?.App;

    /// <summary>The app a service's image belongs to, whatever its version and registry mirror;
    /// null: none.</summary>
    public static App? ByImage(ImageReference image) =>
        s_index.Value.ByRepository.GetValueOrDefault(image.Repository)?.App;

    /// <summary>Apps meant by words in lower case: by name (at most one), else by role, the
    /// default for that role first.</summary>
    public static ImmutableArray<App> Find(string words)
    {
        var index = s_index.Value;
        return index.ByWords.TryGetValue(words, out var entry) ? [entry.App]
            : [.. index.ByRole.GetValueOrDefault(words, []).Select(e => e.App)];
    }

    public static bool IsRole(string words) => s_index.Value.ByRole.ContainsKey(words);

    /// <summary>Every word that means one app, with that app's name.</summary>
    public static IEnumerable<(string Words, string App)> NamesOfApps =>
        s_index.Value.ByWords.Select(w => (w.Key, w.Value.Head.Name));

    public static IEnumerable<string> Roles => s_index.Value.ByRole.Keys;

    /// <summary>What people call the settings of all apps.</summary>
    public static IEnumerable<string> SettingWords =>
        s_index.Value.Entries.SelectMany(e => e.Head.SettingWords);

    /// <summary>The names of all apps' files, which are names of services too.</summary>
    public static IEnumerable<string> FileNames => s_index.Value.ByName.Keys;

    /// <summary>Variables the image also reads from a file; empty for unknown images.</summary>
    public static IReadOnlySet<string> FileVariables(ImageReference image) =>
        ByImage(image)?.FileVariables ?? ImmutableHashSet<string>.Empty;

    /// <summary>The part of the version that decides whether data can be read: <c>16</c> of
    /// <c>postgres:16.4-alpine</c>; null when versions do not matter or are not numbers.
    /// </summary>
    public static string? DataMajor(ImageReference image)
    {
        var parts = ByImage(image)?.Data?.Breaking switch
        {
            Breaking.Major => 1,
            Breaking.Minor => 2,
            _ => 0,
        };
        var version = image.Tag.AsSpan().TrimStart('v');
        var end = 0;
        while (parts > 0 && end < version.Length)
        {
            if (!char.IsAsciiDigit(version[end]) && (version[end] != '.' || --parts == 0))
            {
                break;
            }
            end++;
        }
        return end == 0 ? null : version[..end].ToString();
    }

    /// <summary>How the app of an image writes its data out and reads them in; null: it does not
    /// say.</summary>
    public static DumpWay? DumpOf(ImageReference image) => ByImage(image) is { } app
        && !app.Dump.IsEmpty && !app.Restore.IsEmpty
        && app.Volumes.FirstOrDefault(v => v.Name == app.Data?.Volume) is { } volume
            ? new(volume.Target, app.Dump, app.DumpEnd, app.Restore) : null;

    /// <summary>How the app of an image says that a login failed; empty: nobody knows.</summary>
    public static ImmutableArray<string> LoginFailures(ImageReference image) =>
        ByImage(image)?.LoginFailures ?? [];

    /// <summary>The text of one file, of which the head is known.</summary>
    private sealed class Entry(string file, string text)
    {
        private readonly Lazy<App> _app = new(() =>
        {
            var found = new DiagnosticBag();
            var app = AppReader.Read(file, text, found);
            Invariant.Require(app is not null && !found.HasErrors,
                $"catalogue: {string.Join(" ", found.ToList())}");
            return app;
        });

        public AppHead Head { get; } = AppHead.Read(text);
        public App App => _app.Value;
    }

    private sealed record Index(
        ImmutableArray<Entry> Entries, Dictionary<string, Entry> ByName,
        Dictionary<string, Entry> ByWords, Dictionary<string, List<Entry>> ByRole,
        Dictionary<string, Entry> ByRepository);

    private static Index ReadHeads()
    {
        var assembly = typeof(AppCatalog).Assembly;
        var entries = ImmutableArray.CreateBuilder<Entry>();
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                entries.Add(new(resource, TextOf(assembly, resource)));
            }
        }
        return Indexed(entries.ToImmutable());
    }

    private static Index Indexed(ImmutableArray<Entry> entries)
    {
        var words = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var roles = new Dictionary<string, List<Entry>>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            foreach (var name in entry.Head.Names)
            {
                words[name] = entry;
            }
            foreach (var role in entry.Head.Roles)
            {
                if (!roles.TryGetValue(role, out var list))
                {
                    roles[role] = list = [];
                }
                list.Insert(entry.Head.DefaultFor.Contains(role) ? 0 : list.Count, entry);
            }
        }
        return new(entries, entries.ToDictionary(e => e.Head.Name, StringComparer.Ordinal), words,
            roles, entries.ToDictionary(e => e.Head.Repository, StringComparer.Ordinal));
    }

    private static string TextOf(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource);
        Invariant.Require(stream is not null, $"resource {resource} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
