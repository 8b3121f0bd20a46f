using System.Globalization;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary>Values that stood readable in a compose file, moved to where only ciphertext shows.
/// </summary>
internal sealed class SecretKeeper(ImportContext context, MappingNode? declared)
{
    private const string FileSuffix = "_FILE";
    private const string MountedAt = "/run/secrets/";

    /// <summary>A shorter text may stand elsewhere by accident.</summary>
    private const int Distinctive = 12;

    private static readonly string[] s_harmless =
        ["true", "false", "yes", "no", "on", "off", "0", "1", "none"];

    /// <summary>Ends of names that only speak of a secret.</summary>
    private static readonly string[] s_about =
    [
        FileSuffix, "_ENABLED", "_LENGTH", "_EXPIRY", "_EXPIRES", "_EXPIRATION", "_TTL", "_URL",
        "_URI", "_HOST", "_ENDPOINT", "_ALGORITHM", "_HEADER", "_POLICY", "_ISSUER", "_AUDIENCE",
    ];

    private readonly Dictionary<string, string> _byValue = new(StringComparer.Ordinal);

    /// <summary>Name to plaintext.</summary>
    public SortedDictionary<string, string> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes the secrets out of a service's variables.</summary>
    public void Gather(ImportedService service)
    {
        foreach (var (name, value) in service.Environment.ToList())
        {
            if (name.EndsWith(FileSuffix, StringComparison.Ordinal)
                && value.StartsWith(MountedAt, StringComparison.Ordinal))
            {
                FromFile(service, name, value[MountedAt.Length..]);
            }
            else if (IsSecret(name, value))
            {
                service.Environment[name] = Reference(Keep($"{service.Name}_{name}", value));
            }
        }
        foreach (var unused in service.Secrets)
        {
            context.Note(Kept.Lost, service.Node, service.Name, "secrets",
                $"nothing is mounted at {MountedAt}{unused}; give it a variable that refers to "
                + "a secret");
        }
    }

    /// <summary>Other texts that have a secret inside: addresses of databases.</summary>
    public void Refer(ImportedService service)
    {
        foreach (var (name, value) in service.Environment.ToList())
        {
            service.Environment[name] = _byValue.OrderByDescending(s => s.Key.Length).Aggregate(
                value, (text, secret) => Replaced(text, secret.Key, Reference(secret.Value)));
        }
    }

    private static string Replaced(string text, string value, string reference)
    {
        var inAddress = text.Replace($":{value}@", $":{reference}@", StringComparison.Ordinal);
        return value.Length >= Distinctive
            ? inAddress.Replace(value, reference, StringComparison.Ordinal) : inAddress;
    }

    /// <summary><c>X_FILE=/run/secrets/y</c> is how an image is told where a secret lies: Loam
    /// gives it <c>X</c>, as a file where the image reads one.</summary>
    private void FromFile(ImportedService service, string variable, string secret)
    {
        service.Secrets.Remove(secret);
        var source = declared?[secret] as MappingNode;
        var sources = context.Sources;
        var value = source?["environment"].Text(context.Variables) is { } from
            ? context.Variables[from]
            : source?["file"].Text(context.Variables) is { } file
                ? sources.ReadFile(ComposeMounts.Absolute(file, sources.Folder, sources.Home))
                    ?.TrimEnd('\r', '\n') : null;
        service.Environment.Remove(variable);
        if (string.IsNullOrEmpty(value))
        {
            context.Note(Kept.Lost, service.Node, service.Name, "secrets",
                $"the value of {secret} cannot be read; `loam secret set` gives it one");
            return;
        }
        service.Environment[variable[..^FileSuffix.Length]] = Reference(Keep(secret, value));
    }

    private string Keep(string wanted, string value)
    {
        if (_byValue.TryGetValue(value, out var known))
        {
            return known;
        }
        var name = string.Concat(wanted.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        name = char.IsAsciiDigit(name[0]) ? $"s_{name}" : name;
        // Two wishes for one name are still two values.
        for (var (first, number) = (name, 2); Found.ContainsKey(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{first}_{number}");
        }
        Found[name] = value;
        return _byValue[value] = name;
    }

    private static bool IsSecret(string name, string value) =>
        SecretNames.IsSecret(name) && value.Length > 0
        && !s_harmless.Contains(value.ToLowerInvariant())
        && !s_about.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static string Reference(string secret) => $"${{secrets.{secret}}}";
}
