using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What changed between two states, as the names, texts and numbers that a sentence may
/// have spoken of: those of every thing that is new, gone or different.</summary>
internal sealed partial class Traces
{
    private readonly HashSet<decimal> _numbers = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly StringBuilder _texts = new();
    private string? _text;

    /// <param name="said">Sentences about the change.</param>
    public Traces(DesiredState before, DesiredState after, IEnumerable<string> said)
    {
        foreach (var id in before.Resources.Keys.Union(after.Resources.Keys))
        {
            var old = before.Resources.GetValueOrDefault(id)?.Spec;
            var made = after.Resources.GetValueOrDefault(id)?.Spec;
            if (old is null || made is null || old.Canonical() != made.Canonical())
            {
                Changed.Add(id);
                Leave(id, before, after, old, made);
            }
        }
        foreach (var group in Changed.GroupBy(c => c.Kind))
        {
            _numbers.Add(group.Count());
        }
        foreach (var file in after.Files.ChangedFrom(before.Files))
        {
            Lines(file, before.Files[file] ?? "", after.Files[file] ?? "");
        }
        foreach (var sentence in said)
        {
            Text(sentence);
        }
    }

    public List<ResourceId> Changed { get; } = [];

    /// <summary>Something is gone, or is otherwise than it was.</summary>
    public bool Replaces { get; private set; }

    private string All => _text ??= _texts.ToString().ToLowerInvariant();

    public bool HasNumber(decimal number) => _numbers.Contains(number);

    public bool HasName(string name) => _names.Contains(name);

    /// <summary>Some text there contains it, in any case.</summary>
    public bool HasText(string text) => All.Contains(text.ToLowerInvariant(),
        StringComparison.Ordinal);

    /// <summary>As a word by itself or a part of a name.</summary>
    public bool HasWord(string word)
    {
        var text = word.ToLowerInvariant();
        for (var at = All.IndexOf(text, StringComparison.Ordinal); at >= 0;
            at = All.IndexOf(text, at + 1, StringComparison.Ordinal))
        {
            var end = at + text.Length;
            if ((at == 0 || !char.IsAsciiLetterOrDigit(All[at - 1]))
                && (end == All.Length || !char.IsAsciiLetterOrDigit(All[end])))
            {
                return true;
            }
        }
        return false;
    }

    private void Leave(ResourceId id, DesiredState before, DesiredState after, MapValue? old,
        MapValue? made)
    {
        _names.Add(id.Name);
        Text(id.Name);
        Differences(old, made);
        foreach (var (state, spec) in ((DesiredState, MapValue?)[])[(before, old), (after, made)])
        {
            if (spec is not null)
            {
                Whole(spec);
            }
            if (id.Kind == ResourceKind.Volume)
            {
                _names.UnionWith(state.Services.Values.Where(s => s.Volumes.Any(
                    v => v.Source == id.Name)).SelectMany(s => AppCatalog.ByImage(s.Image)
                        is { } user ? (string[])[s.Name, user.Name] : [s.Name]));
            }
            if (id.Kind == ResourceKind.Service
                && state.Services.TryGetValue(id.Name, out var service)
                && AppCatalog.ByImage(service.Image) is { } app)
            {
                _names.Add(app.Name);
                _names.UnionWith(app.Roles);
            }
        }
    }

    /// <summary>"50 GB more": by how much a number grew or shrank.</summary>
    private void Differences(Value? old, Value? made)
    {
        if (old is NumberValue before && made is NumberValue after)
        {
            _numbers.Add(Math.Abs(after.Number - before.Number));
        }
        else if (old is MapValue map && made is MapValue other)
        {
            foreach (var (key, item) in map.Entries)
            {
                Differences(item, other[key]);
            }
        }
    }

    /// <summary>What no resource stands for is in the text of the file.</summary>
    private void Lines(string file, string old, string made)
    {
        var (before, after) = (old.Split('\n'), made.Split('\n'));
        Replaces |= before.Except(after).Any();
        if (file == NetworkFile.File)
        {
            // Of rules and bans what stays as it was is said as well.
            Text(made);
        }
        foreach (var line in before.Except(after).Concat(after.Except(before)))
        {
            Text(line);
        }
    }

    private void Whole(Value value)
    {
        switch (value)
        {
            case NumberValue number:
                _numbers.Add(number.Number);
                break;
            case TextValue text:
                Text(text.Text);
                break;
            case ListValue list:
                foreach (var item in list.Items)
                {
                    Whole(item);
                }
                break;
            case MapValue map:
                foreach (var (key, item) in map.Entries)
                {
                    _texts.Append(key).Append('\n');
                    Whole(item);
                }
                break;
        }
    }

    private void Text(string text)
    {
        _texts.Append(text).Append('\n');
        _numbers.UnionWith(Numbers(text));
    }

    /// <summary>The numbers written in a text.</summary>
    public static IEnumerable<decimal> Numbers(string text)
    {
        foreach (Match match in Figures().Matches(text))
        {
            if (decimal.TryParse(match.Value, NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out var number))
            {
                yield return number;
            }
        }
    }

    [GeneratedRegex(@"\d{1,12}(\.\d{1,6})?")]
    private static partial Regex Figures();
}
