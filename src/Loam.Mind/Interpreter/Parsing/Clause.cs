using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>One wish: a verb, what it is about, and what is said of it. Readers of attributes
/// take lexemes out by marking them used; what nobody took speaks against the reading.</summary>
internal sealed class Clause(List<Lexeme> lexemes)
{
    private readonly bool[] _used = new bool[lexemes.Count];

    public IReadOnlyList<Lexeme> Lexemes => lexemes;
    public int Count => lexemes.Count;

    /// <summary>Key of the verb; empty: none was said.</summary>
    public string Verb { get; set; } = "";

    /// <summary>Something is wanted: "I need …", whatever stronger verb follows.</summary>
    public bool Wants { get; set; }

    /// <summary>The verb was taken over from the clause before.</summary>
    public bool IsInherited { get; set; }
    public bool Negated { get; set; }

    /// <summary>Key of how the question begins; null: it is none.</summary>
    public string? Question { get; set; }

    /// <summary>Ended with a question mark.</summary>
    public bool AsksMark { get; set; }

    /// <summary>The clause before is corrected: <c>instead</c>, <c>actually</c>.</summary>
    public bool Corrects { get; set; }
    public string? Foreign { get; set; }
    /// <summary>Whom the clause belongs to; null: the services.</summary>
    public Subjects.ISubject? Subject { get; set; }

    /// <summary>Whom it may belong to, the likeliest first; null: nobody has said yet.</summary>
    public List<Subjects.ISubject?>? Owners { get; set; }

    /// <summary>Which of those that may have it is taken; 0: the likeliest.</summary>
    public int Choice { get; set; }
    public List<Target> Targets { get; init; } = [];
    public List<Target> Except { get; } = [];

    /// <summary>It is taken as told, and wishes nothing.</summary>
    public bool IsTold { get; set; }

    /// <summary>What was told before it, and wishes nothing.</summary>
    public List<Clause> Told { get; } = [];
    public List<ClauseAttribute> Attributes { get; } = [];

    /// <summary>Places of fields that shall not be there: "no ports".</summary>
    public HashSet<int> Denied { get; } = [];

    public Lexeme this[int at] => lexemes[at];
    public bool IsFree(int at) => at >= 0 && at < lexemes.Count && !_used[at];
    public void Put(int at, Lexeme lexeme) => lexemes[at] = lexeme;
    public void Use(int at) => _used[at] = true;

    public void Use(int from, int to)
    {
        for (var at = from; at <= to; at++)
        {
            _used[at] = true;
        }
    }

    /// <summary>It says why something is wished, in whatever words.</summary>
    public void Explains() => Use(0, Count - 1);

    /// <summary>Takes the words that its subject can account for; whatever else is left stays.
    /// </summary>
    public void Sweep()
    {
        for (var at = 0; at < Count; at++)
        {
            _used[at] |= Subject!.Words.Has(this[at]);
        }
    }

    public bool Has(Part part, string key) => Find(part, key) >= 0;

    /// <summary>First free lexeme with this reading; -1: none.</summary>
    public int Find(Part part, string? key = null)
    {
        for (var at = 0; at < Count; at++)
        {
            if (!_used[at] && (key is null ? this[at].Is(part) : this[at].Is(part, key)))
            {
                return at;
            }
        }
        return -1;
    }

    public IEnumerable<int> All(Part part)
    {
        for (var at = 0; at < Count; at++)
        {
            if (!_used[at] && this[at].Is(part))
            {
                yield return at;
            }
        }
    }

    /// <summary>The next position that is not mere filling: articles and the like.</summary>
    public int Next(int at, int step = 1)
    {
        at += step;
        while (at >= 0 && at < Count && (_used[at] || IsFilling(this[at])))
        {
            at += step;
        }
        return at >= 0 && at < Count ? at : -1;
    }

    /// <summary>What stands before, filling left out; null: nothing does.</summary>
    public Lexeme? NextBefore(int at)
    {
        for (at--; at >= 0; at--)
        {
            if (!IsFilling(this[at]))
            {
                return this[at];
            }
        }
        return null;
    }

    /// <summary>As <see cref="Next"/>, but also over prepositions and the like.</summary>
    public int NextValue(int at, int step = 1)
    {
        var next = Next(at, step);
        while (next >= 0 && IsBridge(this[next]))
        {
            next = Next(next, step);
        }
        return next;
    }

    private static bool IsFilling(Lexeme lexeme) =>
        lexeme.Readings[0].Part == Part.Noise && !lexeme.IsMention;

    private static bool IsBridge(Lexeme lexeme) => lexeme.Readings[0] is { Part: Part.Glue } glue
        && glue.Key is "to" or "of" or "is" or "atmost" or "atleast" or "with" or "by" or "only"
            or "at" or "wish" or "on" or "as" or "for" || lexeme.Text == "=";
}
