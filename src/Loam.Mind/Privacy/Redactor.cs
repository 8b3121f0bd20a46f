using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Loam.Mind.Answers;

namespace Loam.Mind.Privacy;

/// <summary>Replaces what is private in the texts of one request, and puts it back into the answer.
/// Secrets are dropped instead: they come back from nowhere. The same texts in the same order give
/// the same placeholders.</summary>
/// <param name="onlySecrets">The person wants nothing replaced; secrets are dropped all the same.
/// </param>
public sealed partial class Redactor(RedactionFacts facts, bool onlySecrets)
{
    /// <summary>What one replacement can uncover for another is uncovered after so many rounds.
    /// </summary>
    private const int Rounds = 4;

    private static readonly string[] s_common =
    [
        "localhost", "host", "server", "debian", "ubuntu", "linux", "machine", "loam", "home",
        "root", "user", "nobody", "unknown",
    ];

    private readonly Placeholders _placeholders = new();

    /// <summary>What was replaced so far.</summary>
    public ImmutableArray<RedactionCount> Counts => _placeholders.Counts;

    /// <summary>The word that stands for a kind: <c>private-address</c>.</summary>
    public static string Word(PrivateKind kind) => Placeholders.Word(kind);

    public string Redact(string text)
    {
        text = Brackets().Replace(text, m => _placeholders.For(PrivateKind.Mark, m.Value));
        for (var round = 0; round < Rounds; round++)
        {
            var before = text;
            text = onlySecrets ? Secrets(text) : Private(Secrets(text));
            if (text == before)
            {
                break;
            }
        }
        return text;
    }

    /// <summary>Every placeholder replaced by exactly what it stands for. What was dropped stays
    /// dropped, and what is no placeholder of this request stays as it is.</summary>
    public string Restore(string text) => _placeholders.PutBack(text);

    /// <summary>Taken apart first, because what comes back may look like a fence.</summary>
    public ModelAnswer Restore(ModelAnswer answer) => answer with
    {
        Words = Restore(answer.Words),
        Files = answer.Files.ToImmutableSortedDictionary(
            f => f.Key, f => Restore(f.Value), StringComparer.Ordinal),
    };

    private string Secrets(string text)
    {
        foreach (var shape in SecretShapes.Named)
        {
            text = shape.Replace(text, m => SecretShapes.IsHarmless(
                m.Groups["k"].Value, m.Groups["v"].Value, facts) ? m.Value : Dropped(m));
        }
        foreach (var shape in SecretShapes.Certain)
        {
            text = shape.Replace(text, Dropped);
        }
        text = SshKeys().Replace(text, m => onlySecrets ? m.Value
            : _placeholders.For(PrivateKind.SshKey, m.Value));
        text = Uuids().Replace(text, m => onlySecrets ? m.Value
            : _placeholders.For(PrivateKind.Id, m.Value));
        return Long().Replace(text, m => IsNamedDigest(text, m.Index) || IsKey(m.Value)
            || !SecretShapes.IsRandom(m.Value) ? m.Value : _placeholders.Drop());
    }

    /// <summary>The dropped part within what was found.</summary>
    private string Dropped(Match match)
    {
        var value = match.Groups["v"];
        if (!value.Success)
        {
            return _placeholders.Drop();
        }
        var from = value.Index - match.Index;
        return match.Value[..from] + _placeholders.Drop() + match.Value[(from + value.Length)..];
    }

    /// <summary><c>sha256:…</c> names a public thing.</summary>
    private static bool IsNamedDigest(string text, int at) =>
        text.AsSpan(0, at).EndsWith("sha256:") || text.AsSpan(0, at).EndsWith("sha512:");

    /// <summary>Of a public SSH key, where those are left alone; or a handle.</summary>
    private bool IsKey(string value) => value.StartsWith("kept/", StringComparison.Ordinal)
        || (onlySecrets && (value.StartsWith("AAAA", StringComparison.Ordinal)
            || Uuids().IsMatch(value)));

    private string Private(string text)
    {
        text = Mails().Replace(text, m => _placeholders.For(PrivateKind.Mail, m.Value));
        text = Macs().Replace(text, m => _placeholders.For(PrivateKind.Mac, m.Value));
        text = Addresses.V6Shape().Replace(text, m => Address(m.Value, Addresses.V6(m.Value)));
        text = Addresses.V4Shape().Replace(text, m => Address(m.Value, Addresses.V4(m.Value)));
        foreach (var domain in Longest(facts.Domains))
        {
            text = Replace(text, domain, PrivateKind.Host, isDomain: true);
        }
        foreach (var host in Longest(facts.Hosts))
        {
            text = Replace(text, host, PrivateKind.Host, isDomain: false);
        }
        text = Homes().Replace(text, m => IsOrdinary(m.Groups["v"].Value) ? m.Value
            : m.Groups[1].Value + _placeholders.For(PrivateKind.Person, m.Groups["v"].Value));
        foreach (var person in Longest(facts.People))
        {
            text = Replace(text, person, PrivateKind.Person, isDomain: false);
        }
        text = Wireless().Replace(text, m => m.Groups[1].Value
            + _placeholders.For(PrivateKind.Wireless, m.Groups["v"].Value));
        return Serials().Replace(text, m => m.Groups[1].Value
            + _placeholders.For(PrivateKind.Serial, m.Groups["v"].Value));
    }

    private string Address(string text, FoundAddress? found) => found is not { } address ? text
        : _placeholders.ForAddress(address.IsPrivate ? PrivateKind.PrivateAddress
            : PrivateKind.Address, text, address.Network, address.Self);

    private IEnumerable<string> Longest(ImmutableHashSet<string> names) => names
        .Where(n => n.Length > 1 && !IsOrdinary(n) && !facts.Things.Contains(n))
        .OrderByDescending(n => n.Length).ThenBy(n => n, StringComparer.Ordinal);

    /// <summary>What many machines have says nothing of this one.</summary>
    private static bool IsOrdinary(string name) =>
        s_common.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>A name where it stands alone; of a domain, with what stands before it.</summary>
    private string Replace(string text, string name, PrivateKind kind, bool isDomain)
    {
        StringBuilder? changed = null;
        var (from, at) = (0, 0);
        while ((at = text.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            var (start, end) = (at, at + name.Length);
            while (isDomain && start > from
                && (IsOfName(text[start - 1]) || text[start - 1] == '.'))
            {
                start--;
            }
            at = end;
            if ((!isDomain && start > 0 && IsOfName(text[start - 1]))
                || (isDomain && start < end - name.Length && text[end - name.Length - 1] != '.')
                || (start > 0 && text[start - 1] == Placeholders.Open)
                || (end < text.Length && (IsOfName(text[end]) || text[end] == Placeholders.Close)))
            {
                continue;
            }
            changed ??= new(text.Length);
            changed.Append(text, from, start - from)
                .Append(_placeholders.For(kind, text[start..end]));
            from = end;
        }
        return changed is null ? text
            : changed.Append(text, from, text.Length - from).ToString();
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c is '-' or '_';

    [GeneratedRegex("[⟦⟧]")]
    private static partial Regex Brackets();

    [GeneratedRegex("(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp[0-9]{3}|sk-[a-z0-9-]{3,30}"
        + "@openssh\\.com) AAAA[A-Za-z0-9+/=]{16,}(?: [^\\s'\"⟦⟧,\\]}]{1,100})?")]
    private static partial Regex SshKeys();

    [GeneratedRegex("(?<![0-9A-Za-z-])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
        + "(?![0-9A-Za-z-])")]
    private static partial Regex Uuids();

    [GeneratedRegex("(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{20,}")]
    private static partial Regex Long();

    [GeneratedRegex(@"(?<![\w.+%-])[\w.+%-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")]
    private static partial Regex Mails();

    [GeneratedRegex("(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}"
        + "(?![0-9A-Fa-f:-])")]
    private static partial Regex Macs();

    [GeneratedRegex(@"(/(?:home|Users|var/home)/)(?<v>[^\s/:'""⟦⟧,;)\]}]{1,64})")]
    private static partial Regex Homes();

    [GeneratedRegex(@"(?i)((?<![a-z0-9])e?ssid['""]?[ \t]{0,3}[=:][ \t]{0,3}['""]?)"
        + @"(?<v>[^\n'""⟦⟧,;}\s][^\n'""⟦⟧,;}]{0,63})")]
    private static partial Regex Wireless();

    [GeneratedRegex(@"(?i)((?<![a-z])serial(?:[ _-]?(?:number|no))?['""]?[ \t]{0,3}"
        + @"[=:][ \t]{0,3}['""]?)(?<v>[A-Za-z0-9._-]{4,64})")]
    private static partial Regex Serials();
}
