using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles.Checks;

/// <summary><c>${secrets.NAME}</c> wherever it stands.</summary>
public static class SecretRefs
{
    private const string Open = "${secrets.";

    /// <summary>Names of the secrets a value refers to, in order of writing.</summary>
    public static IReadOnlyList<string> In(Value value)
    {
        var names = new List<string>();
        Walk(value, (text, _) => Scan(text, names, null));
        return names;
    }

    /// <summary>Calls <paramref name="see"/> with every text inside a value.</summary>
    internal static void Walk(Value value, Action<string, Span?> see)
    {
        switch (value)
        {
            case TextValue text:
                see(text.Text, text.At ?? value.At);
                break;
            case ListValue list:
                foreach (var item in list.Items)
                {
                    Walk(item, see);
                }
                break;
            case MapValue map:
                foreach (var (_, child) in map.Entries)
                {
                    Walk(child, see);
                }
                break;
        }
    }

    /// <summary>Collects good names; what is not a reference goes to <paramref name="bad"/>.
    /// </summary>
    internal static void Scan(string text, List<string> names, List<string>? bad)
    {
        var from = 0;
        while ((from = text.IndexOf(Open, from, StringComparison.Ordinal)) >= 0)
        {
            from += Open.Length;
            var end = text.IndexOf('}', from);
            if (end > 0 && Formats.IsIdentifier(text.AsSpan(from, end - from)))
            {
                names.Add(text[from..end]);
            }
            else
            {
                bad?.Add(end < 0 ? text[from..] : text[from..end]);
            }
        }
    }
}

/// <summary>Each reference to a secret names one that security.yaml declares.</summary>
internal static class SecretReferences
{
    /// <summary>Longer names are shown in part: a key may stand where its name belongs.</summary>
    private const int ShownName = 24;

    public static void Run(Declared declared, DiagnosticBag found)
    {
        var known = declared.Names(SecurityFile.File, declared.Secrets);
        foreach (var file in declared.Files)
        {
            if (file.Spec is null)
            {
                continue;
            }
            foreach (var (key, value) in file.Spec.Entries)
            {
                // Ciphertext refers to nothing.
                if (file.Kind.File != SecurityFile.File || key != "secrets")
                {
                    SecretRefs.Walk(value, (text, at) => Check(text, at, known, found));
                }
            }
        }
        if (known is not null && declared.Manifest is { } manifest)
        {
            foreach (var (field, name, at) in ByName(manifest))
            {
                Declares(known, name, at, field, found);
            }
        }
    }

    private static void Check(
        string text, Span? at, HashSet<string>? known, DiagnosticBag found)
    {
        if (!text.Contains("${secrets", StringComparison.Ordinal))
        {
            return;
        }
        var names = new List<string>();
        var bad = new List<string>();
        SecretRefs.Scan(text, names, bad);
        foreach (var _ in bad)
        {
            found.Error(Codes.BadValue, at, "A reference to a secret is not complete.",
                "Write ${secrets.NAME} with the name of a secret.");
        }
        foreach (var name in names)
        {
            if (known is not null)
            {
                Declares(known, name, at, null, found);
            }
        }
    }

    private static IEnumerable<(string Field, string Name, Span? At)> ByName(MapValue manifest)
    {
        var places = new List<(string, MapValue?, string)>
        {
            ("llm.api_key_secret", manifest.Map("llm"), "api_key_secret"),
            ("backup.credentials_secret", manifest.Map("backup"), "credentials_secret"),
        };
        places.AddRange(manifest.Map("llm")?.Maps("fallback")
            .Select(f => ("api_key_secret of a provider in llm.fallback", (MapValue?)f,
                "api_key_secret")) ?? []);
        places.AddRange(manifest.Maps("notify").Select(n =>
            ($"secret of notifier {n.Text("name")}", (MapValue?)n, "secret")));
        places.AddRange(manifest.Maps("registries").Select(r =>
            ($"password_secret of registry {r.Text("host")}", (MapValue?)r, "password_secret")));
        foreach (var (field, map, key) in places)
        {
            if (map?[key] is TextValue name)
            {
                yield return (field, name.Text, name.At);
            }
        }
    }

    private static void Declares(
        HashSet<string> known, string name, Span? at, string? field, DiagnosticBag found)
    {
        if (known.Contains(name))
        {
            return;
        }
        var shown = name.Length <= ShownName ? name : $"{name[..6]}…";
        var nearest = Nearest.To(name, known);
        found.Error(Codes.UnknownReference, at,
            $"Secret {shown}{(field is null ? "" : $" in {field}")} is not declared.",
            nearest is not null ? $"Write {nearest}, or set it with `loam secret set {shown}`."
                : $"Set it with `loam secret set {shown}`, or correct the name.");
    }
}
