using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>"Batches of 1000, not 500", "admin@… becomes it@…": the value that is to go is looked
/// for in the state files, whatever field it stands in. If it stands in one place that the words
/// can mean, the new one is put there. Tried where nobody who knows the field understood it.
/// </summary>
internal sealed class LeafSwap(Session session, IReadOnlyList<Sentence> sentences, Moment start)
{
    /// <summary>A number below this stands in too many places to say where.</summary>
    private const int Telling = 100;

    private static readonly char[] s_between = [' ', '=', ',', ':', ';', '/', '@'];

    /// <summary>The thing itself is named.</summary>
    private const int Named = 6;

    private sealed record Pair(int Put, int Old);

    /// <summary>Null: nothing is exchanged, or it is not known where.</summary>
    public Way? Of()
    {
        var said = sentences.SelectMany(s => s.Lexemes).ToList();
        if (Pairs(said).ToList() is not [var pair] || Others(said, pair))
        {
            return null;
        }
        var after = session.Remember();
        session.Recall(start);
        var places = Meant(said, pair);
        if (places.Count > 0 && Put(places, said[pair.Put], said[pair.Old]) is { } way)
        {
            return way;
        }
        session.Recall(after);
        return null;
    }

    /// <summary>"The films are in /mnt/films now, no longer in /srv/media": a directory that
    /// services see. Null: it is none, or something else is wished.</summary>
    public Way? OfPath()
    {
        var said = sentences.SelectMany(s => s.Lexemes).ToList();
        return Pairs(said).ToList() is [var pair] && said[pair.Put].Is(Part.Path)
            && said[pair.Old].Is(Part.Path) && session.Draft.State.Services.Values.Any(
                s => s.Volumes.Any(v => v.Source == Plain(said[pair.Old])))
            && !session.Draft.State.Volumes.ContainsKey(Plain(said[pair.Old]))
            && said.TrueForAll(l => l.Named(Known.Job) is null && !l.Is(Part.Command))
                ? Of() : null;
    }

    /// <summary>Values that take each other's place.</summary>
    private static IEnumerable<Pair> Pairs(List<Lexeme> said)
    {
        for (var at = 1; at + 1 < said.Count; at++)
        {
            var (before, next) = (Value(said, at, -1), Value(said, at, 1));
            if (said[at].IsGlue("insteadof") || said[at].Text is "not" or "no longer"
                or "no longer in" or "no longer at" or "no longer on" or "not in"
                or "used to be" or "formerly" or "was")
            {
                if (before >= 0 && next >= 0 && IsAlike(said[before], said[next]))
                {
                    yield return new(before, next);
                }
            }
            // "/mnt/movies is called /mnt/films now"
            else if (said[at].IsField("name") && before >= 0 && next >= 0
                && said[before].Is(Part.Path) && said[next].Is(Part.Path))
            {
                yield return new(next, before);
            }
            else if (said[at].IsGlue("to") && before >= 0 && next >= 0
                && before > 0 && said.Take(before).Any(l => l.IsGlue("from")
                    || l.IsVerb("replace") || l.IsVerb("set") || l.IsVerb("rename")
                    || said[at].Text is "->" or "→"
                        or "=>" or "becomes") && IsAlike(said[before], said[next]))
            {
                yield return new(next, before);
            }
        }
    }

    /// <summary>The nearest value on one side, with nothing said between.</summary>
    private static int Value(List<Lexeme> said, int at, int step)
    {
        for (at += step; at >= 0 && at < said.Count; at += step)
        {
            if (IsValue(said[at]))
            {
                return at;
            }
            if (said[at].Is(Part.Verb) && !said[at].Is(Part.Noise) || said[at].IsGlue("and"))
            {
                return -1;
            }
        }
        return -1;
    }

    private static bool IsValue(Lexeme lexeme) => lexeme.Readings[0].Part is Part.Number
        or Part.Address or Part.Cidr or Part.PortRange or Part.Path or Part.Email or Part.Domain
        or Part.Url or Part.Version or Part.Image or Part.Identifier or Part.Quoted or Part.Mount
        or Part.PortPair;

    private static bool IsAlike(Lexeme put, Lexeme old) => put.IsNumber == old.IsNumber
        && (put.IsNumber || put.Readings[0].Part == old.Readings[0].Part);

    /// <summary>Something else is wished, too, or another value is said.</summary>
    private static bool Others(List<Lexeme> said, Pair pair) => Enumerable.Range(0, said.Count).Any(
        at => at != pair.Put && at != pair.Old && (IsValue(said[at])
            || said[at].Readings[0].Part == Part.Question
            || !said[at].IsMention && said[at].Key(Part.Verb) is "create" or "remove" or "stop"
                or "start" or "restart" or "spare" or "undo" or "backup"
            || said[at].IsVerb("rename") && !said[pair.Old].Is(Part.Path)));

    /// <summary>Where the old value stands, as near to the words as it stands anywhere.</summary>
    private List<Leaf> Meant(List<Lexeme> said, Pair pair)
    {
        var old = said[pair.Old];
        var names = said.Where(l => l.IsMention).SelectMany(l => l.Namings).Select(n => n.Name)
            .Concat(said.Select(l => l.Text)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var services = new TargetResolver(session.Draft.State, session.Focus);
        names.UnionWith(said.Where(l => l.IsMention).SelectMany(l => services.Candidates(
            new(l.Text, l.Namings, null, Plural: false, null))));
        var words = said.SelectMany(l => l.Text.Split(' ').Concat(l.Readings.Where(
                r => r.Part is Part.Field or Part.Topic).Select(r => r.Key)))
            .Where(w => w.Length > 2).Distinct().ToList();
        var found = Leaf.Of(session.Draft.Files).Where(l => Holds(l, old)).Select(leaf =>
            (Leaf: leaf, Near: (leaf.Owners.Any(names.Contains) ? Named : 0)
                + 2 * leaf.Keys.Count(k => k.Split('_').Any(p => words.Exists(w => IsSame(w, p))))
                + (old.IsNumber && leaf.Number is { } n && n.Unit.Length == 0
                    == (old.Unit.Length == 0) ? 1 : 0))).ToList();
        var nearest = found.Select(f => f.Near).DefaultIfEmpty(0).Max();
        // A small number that nothing is said of may be anything.
        if (nearest < 2 && old.IsNumber && (old.Value < Telling || old.Unit.Length > 0))
        {
            return [];
        }
        var best = found.FindAll(f => f.Near == nearest).ConvertAll(f => f.Leaf);
        // The same of several things, where that is said.
        var renamed = old.Is(Part.Path) && best.TrueForAll(l => l.Keys[^1] == "source");
        var several = best.Count > 1 && !old.IsNumber
            && best.TrueForAll(l => l.Keys[^1] == best[0].Keys[^1] && l.Text == best[0].Text)
            && (renamed && nearest < Named || said.Exists(l => l.IsGlue("each")
                || l.Text is "all" or "every" or "everywhere"
                || l.Text.EndsWith('s') && best[0].Keys.Contains(l.Text)));
        return best.Count == 1 || several ? best : [];
    }

    /// <summary>"Batches" and <c>BATCH</c>, "mails" and <c>email</c>.</summary>
    private static bool IsSame(string word, string part) => part.Length > 2
        && (word.StartsWith(part, StringComparison.OrdinalIgnoreCase)
            && word.Length <= part.Length + 2
            || part.StartsWith(word, StringComparison.OrdinalIgnoreCase) && word.Length > 3);

    private static bool Holds(Leaf leaf, Lexeme old)
    {
        if (old.IsNumber && !(old.Unit.Length == 0 && old.Value >= Telling
            && leaf.Text.Split(s_between).Contains(Plain(old))))
        {
            return leaf.Number is { } number && number.Value == old.Value
                && (old.Unit.Length == 0 || Unit(number.Unit) == old.Unit
                    || number.Unit.Length == 0 && old.Unit == "d"
                        && leaf.Keys[^1].Contains("days", StringComparison.Ordinal));
        }
        return leaf.Text.Equals(Plain(old), StringComparison.OrdinalIgnoreCase)
            || leaf.Text.Split(s_between).Contains(Plain(old), StringComparer.OrdinalIgnoreCase);
    }

    private static string Plain(Lexeme lexeme) =>
        (lexeme.Readings[0].Part == Part.PortRange ? lexeme.Text : lexeme.Original)
            .Trim('"', '\'', '`', '.', ',', '(', ')');

    private static string? Unit(string written) =>
        written == "m" ? "min" : Lexicon.English.Unit(written.ToLowerInvariant());

    private Way? Put(List<Leaf> places, Lexeme put, Lexeme old)
    {
        var clauses = Ways.Read([.. sentences.SelectMany(s => ClauseSplitter.Clauses(s, [0]))],
            session);
        var run = new TurnRun(session, clauses, trusted: true);
        var replies = new List<Reply>();
        try
        {
            foreach (var place in places)
            {
                var text = New(place, put, old);
                if (text is null)
                {
                    return null;
                }
                session.Draft.Set(place.File, place.Path, new ScalarEdit(text, !place.Plain));
                replies.Add(Reply.Done($"set {Called(place)} to {text} instead of {place.Text}")
                    .With(Risk.Medium));
            }
            return session.Draft.State is null ? null : new(run.Stand(replies), clauses);
        }
        catch (Exception fault) when (fault is InvalidDraftException or EditException)
        {
            session.Draft.Restore(start.Now.Files);
            return null;
        }
    }

    private static string Called(Leaf leaf)
    {
        var field = leaf.Keys[^1].Replace('_', ' ');
        return leaf.Owners.Length == 0 ? string.Join(' ', leaf.Keys.Skip(1).DefaultIfEmpty(field))
            : $"{field} of {leaf.Owners[0]}";
    }

    /// <summary>As the old one is written; null: it cannot be.</summary>
    private static string? New(Leaf leaf, Lexeme put, Lexeme old)
    {
        if (old.IsNumber && leaf.Number is not null)
        {
            var unit = put.Unit.Length == 0 || put.Unit == Unit(leaf.Number!.Value.Unit)
                || leaf.Number.Value.Unit.Length == 0 && put.Unit == "d"
                ? leaf.Number!.Value.Unit : put.Unit == "min" ? "m" : put.Unit;
            return leaf.Number!.Value.Unit.Length == 0 && unit.Length > 0 ? null
                : put.Value.ToString("0.######", CultureInfo.InvariantCulture) + unit;
        }
        var (from, to) = (Plain(old), Plain(put));
        var at = leaf.Text.IndexOf(from, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : leaf.Text[..at] + to + leaf.Text[(at + from.Length)..];
    }
}
