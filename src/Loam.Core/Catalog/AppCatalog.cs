using System.Collections.Immutable;
using System.Reflection;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.Catalog;

/// <summary>The apps Loam knows by name. Read once, on first use; the files are part of the
/// program, and a test holds each to the rules.</summary>
public static class AppCatalog
{
    private const string Prefix = "catalog/";
    private static readonly Lazy<Index> s_index = new(ReadAll);

    /// <summary>All apps, by name.</summary>
    public static ImmutableArray<App> All => s_index.Value.Apps;

    public static App? Named(string name) => s_index.Value.ByName.GetValueOrDefault(name);

    /// <summary>The app a service's image belongs to, whatever its version and registry mirror;
    /// null: none.</summary>
    public static App? ByImage(ImageReference image) =>
        s_index.Value.ByRepository.GetValueOrDefault(image.Repository);

    /// <summary>Apps meant by words in lower case: by name (at most one), else by role, the
    /// default for that role first.</summary>
    public static ImmutableArray<App> Find(string words)
    {
        var index = s_index.Value;
        return index.ByWords.TryGetValue(words, out var app) ? [app]
            : index.ByRole.GetValueOrDefault(words, []);
    }

    public static bool IsRole(string words) => s_index.Value.ByRole.ContainsKey(words);

    /// <summary>Every name and every role, for recognising them in a sentence.</summary>
    public static IEnumerable<string> NamesOfApps => s_index.Value.ByWords.Keys;
    public static IEnumerable<string> Roles => s_index.Value.ByRole.Keys;

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

    private sealed record Index(
        ImmutableArray<App> Apps, Dictionary<string, App> ByName, Dictionary<string, App> ByWords,
        Dictionary<string, ImmutableArray<App>> ByRole, Dictionary<string, App> ByRepository);

    private static Index ReadAll()
    {
        var assembly = typeof(AppCatalog).Assembly;
        var apps = ImmutableArray.CreateBuilder<App>();
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                var found = new DiagnosticBag();
                var app = AppReader.Read(resource, TextOf(assembly, resource), found);
                Invariant.Require(app is not null && !found.HasErrors,
                    $"catalogue: {string.Join(" ", found.ToList())}");
                apps.Add(app);
            }
        }
        return Indexed(apps.ToImmutable());
    }

    private static Index Indexed(ImmutableArray<App> apps)
    {
        var words = new Dictionary<string, App>(StringComparer.Ordinal);
        var roles = new Dictionary<string, List<App>>(StringComparer.Ordinal);
        foreach (var app in apps)
        {
            foreach (var name in app.Names)
            {
                words[name] = app;
            }
            foreach (var role in app.Roles)
            {
                if (!roles.TryGetValue(role, out var list))
                {
                    roles[role] = list = [];
                }
                list.Insert(app.DefaultFor.Contains(role) ? 0 : list.Count, app);
            }
        }
        return new(apps, apps.ToDictionary(a => a.Name, StringComparer.Ordinal), words,
            roles.ToDictionary(r => r.Key, r => r.Value.ToImmutableArray(), StringComparer.Ordinal),
            apps.ToDictionary(a => a.Image.Repository, StringComparer.Ordinal));
    }

    private static string TextOf(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource);
        Invariant.Require(stream is not null, $"resource {resource} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
