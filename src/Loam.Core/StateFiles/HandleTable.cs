using System.Text;
using System.Text.RegularExpressions;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <param name="Key">The field it is the value of; null: it stands in no field.</param>
/// <param name="IsWhole">It is the whole of a value, with its quotation marks.</param>
internal sealed record HandledSecret(
    string File, int Start, string Value, string Handle, string? Key, bool IsWhole);

/// <summary>Which handle stands for what in one state. The same state gives the same table.
/// </summary>
internal sealed partial class HandleTable
{
    private readonly string _open = "kept-";
    private readonly Dictionary<string, HandledSecret> _byHandle = new(StringComparer.Ordinal);

    private HandleTable(StateSet present)
    {
        var texts = present.Texts.Where(t => t.Key != StateSet.Lock).ToList();
        while (texts.Exists(t => t.Value.Contains(_open, StringComparison.Ordinal)))
        {
            _open += "x-";
        }
        foreach (var (file, text) in texts)
        {
            var at = 0;
            foreach (var spot in SecretSpots.In(file, text).OrderBy(s => s.Start))
            {
                if (spot.Start < at || spot.End <= spot.Start)
                {
                    continue;
                }
                at = spot.End;
                var handle = spot.Secret is { } name ? SecretHandles.Of(name)
                    : $"{_open}{Found.Count + 1}";
                var secret = new HandledSecret(file, spot.Start, text[spot.Start..spot.End],
                    handle, spot.Key, spot.IsWhole);
                Found.Add(secret);
                _byHandle.TryAdd(handle, secret);
            }
        }
    }

    /// <summary>By file and place.</summary>
    public List<HandledSecret> Found { get; } = [];

    public static HandleTable Of(StateSet present) => new(present);

    public bool Has(string handle) => _byHandle.ContainsKey(handle);

    public string PutBack(string text)
    {
        var back = new StringBuilder(text.Length + 256);
        var at = 0;
        foreach (var (start, end, secret) in All(text))
        {
            if (secret is null)
            {
                continue;
            }
            // The mark before may have been the end of another.
            var isQuoted = secret.IsWhole && start > at && end < text.Length
                && text[start - 1] is '"' or '\'' && text[end] == text[start - 1];
            back.Append(text, at, start - at - (isQuoted ? 1 : 0)).Append(secret.Value);
            at = isQuoted ? end + 1 : end;
        }
        return back.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Every handle stands where its value stood: in a field of that name, or where it
    /// stood in none.</summary>
    public void Check(string file, string text, DiagnosticBag found)
    {
        var rightly = new Dictionary<string, int>(StringComparer.Ordinal);
        var wrongly = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, scalar) in SecretSpots.Scalars(file, text))
        {
            foreach (var (_, _, secret) in All(scalar.Text))
            {
                if (secret is not null && (secret.Key != key || IsAway(secret, file)))
                {
                    wrongly.Add(secret.Handle);
                }
                else if (secret is not null)
                {
                    rightly[secret.Handle] = rightly.GetValueOrDefault(secret.Handle) + 1;
                }
            }
        }
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (start, end, secret) in All(text))
        {
            var handle = text[start..end];
            if (secret is null && SecretHandles.IsHandle(handle))
            {
                // Where it could be a value, that was said already.
                continue;
            }
            seen[handle] = seen.GetValueOrDefault(handle) + 1;
            if (secret is null || wrongly.Contains(handle) || (secret.Key is not null
                && seen[handle] > rightly.GetValueOrDefault(handle)))
            {
                var place = secret?.Key is { } field ? $"as the value of {field}"
                    : "in its comment";
                var line = text.AsSpan(0, start).Count('\n') + 1;
                found.Error(Codes.AnswerSecret, new(file, line, 1, line, 1),
                    secret is null ? $"{handle} keeps nothing."
                        : $"{handle} stands where what it keeps may not go.",
                    secret is null ? "Remove it."
                        : $"Leave it where it was, {place}.");
            }
        }
    }

    /// <summary>A declared secret's value, in another file.</summary>
    private static bool IsAway(HandledSecret secret, string file) =>
        SecretHandles.IsHandle(secret.Handle) && secret.File != file;

    private IEnumerable<(int Start, int End, HandledSecret? Secret)> All(string text)
    {
        var all = Open(text);
        foreach (var match in Sealed().EnumerateMatches(text))
        {
            var end = match.Index + match.Length;
            all.Add((match.Index, end, _byHandle.GetValueOrDefault(text[match.Index..end])));
        }
        return all.OrderBy(h => h.Start);
    }

    private List<(int Start, int End, HandledSecret? Secret)> Open(string text)
    {
        var all = new List<(int, int, HandledSecret?)>();
        for (var at = 0; (at = text.IndexOf(_open, at, StringComparison.Ordinal)) >= 0;)
        {
            var end = at + _open.Length;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }
            if (end > at + _open.Length)
            {
                all.Add((at, end, _byHandle.GetValueOrDefault(text[at..end])));
            }
            at = end;
        }
        return all;
    }

    [GeneratedRegex("encrypted:v1:kept/[A-Za-z0-9+/]+")]
    private static partial Regex Sealed();
}
