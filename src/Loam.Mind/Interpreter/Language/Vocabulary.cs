using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Language;

/// <summary>What the words of one subject are: the words it can account for, wherever they stand.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>The machine itself, which every sentence is about.</summary>
    private const string Machine = "machine";

    private static readonly Lazy<ILookup<string, string>> s_lines = new(() =>
        WordFile.Read("en", "subjects").ToLookup(l => l.Key, l => l.Phrase));

    private readonly HashSet<string> _topics;
    private readonly HashSet<string> _verbs;
    private readonly HashSet<string> _fields;
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _own;

    /// <summary>Topics that stand in any sentence: they say nothing of whom it belongs to.
    /// </summary>
    private readonly HashSet<string> _weak;

    /// <param name="subject">What its lines in <c>subjects.txt</c> begin with.</param>
    public Vocabulary(string subject)
    {
        HashSet<string> Of(string kind) =>
            s_lines.Value[$"{subject}.{kind}"].ToHashSet(StringComparer.Ordinal);
        _topics = [.. Of("topics").SelectMany(f => WordFile.Read("en", f)).Select(t => t.Key)];
        (_verbs, _fields, _names) = (Of("verbs"), Of("fields"), Of("names"));
        (_own, _weak) = (Of("own"), Of("weak"));
        _names.UnionWith(_own);
    }

    public bool HasVerb(string verb) => verb.Length == 0 || _verbs.Contains(verb);

    /// <summary>The word means nothing that this subject does not speak of.</summary>
    public bool Has(Lexeme lexeme) => lexeme.Readings.Any(r => r.Part switch
    {
        Part.Topic => _topics.Contains(r.Key) || r.Key == Machine,
        Part.Verb => _verbs.Contains(r.Key),
        Part.Field => _fields.Contains(r.Key),
        Part.Mention => lexeme.Namings.Any(n => _names.Contains(
            n.Known.ToString().ToLowerInvariant())),
        Part.Noise or Part.Glue or Part.Reference or Part.Question or Part.Amount => true,
        _ => false,
    });

    /// <summary>A word that says of itself whom it belongs to.</summary>
    public bool Owns(Lexeme lexeme) => lexeme.Readings.Any(r => r.Part == Part.Topic
            && _topics.Contains(r.Key) && !_weak.Contains(r.Key))
                && lexeme.Readings[0].Part is not (Part.Verb or Part.Noise)
        || lexeme.Namings.Any(n => _own.Contains(n.Known.ToString().ToLowerInvariant()));
}
