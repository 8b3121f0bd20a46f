using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>A turn without what it only tells: where the whole makes no sense, the pieces that say
/// why, since when and who asked are left out, the least wishful first, until the rest is a wish
/// that is understood.</summary>
internal sealed class Gist(Session session, IReadOnlyList<Sentence> sentences, Moment start)
{
    /// <summary>What may speak against leaving out all that is left out.</summary>
    private const double Most = 0.7;

    /// <summary>What speaks against leaving it out by more is said.</summary>
    private const double Sayable = 0.1;

    private static readonly double[] s_limits = [0.1, 0.2, 0.3];

    public static bool IsWanted(TurnResult whole) => whole.Outcome switch
    {
        Outcome.Question or Outcome.Refusal => true,
        Outcome.NoChange => whole.Confidence < 0.9,
        Outcome.Proposal => whole.Confidence < Restating.Sure,
        _ => false,
    };

    /// <summary>The turn without what it tells; null: that makes no more sense.</summary>
    public Way? Of(Way whole)
    {
        var after = session.Remember();
        var pieces = sentences.Select((s, at) => Telling.Pieces(
            s.Lexemes, at == 0 || at == sentences.Count - 1)).ToList();
        var tried = new HashSet<int>();
        foreach (var limit in s_limits)
        {
            var count = pieces.Sum(s => s.Count(p => p.Loss <= limit));
            var loss = pieces.Sum(s => s.Where(p => p.Loss <= limit).Sum(p => p.Loss));
            // What is refused is not to be had by leaving a doubtful piece of it out.
            if (limit > s_limits[0] && whole.Result.Outcome == Outcome.Refusal
                && !Ways.IsNotUnderstood(whole.Result))
            {
                break;
            }
            if (count == 0 || count == pieces.Sum(s => s.Count) || loss > Most
                || !tried.Add(count))
            {
                continue;
            }
            session.Recall(start);
            if (session.Effort.Within(() => Without(pieces, limit)) is { } way
                && way.Result is { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure })
            {
                return way with
                {
                    Result = way.Result with { Message = way.Result.Message + Note(pieces, limit) },
                };
            }
        }
        session.Recall(after);
        return null;
    }

    private Way? Without(List<List<Piece>> pieces, double limit)
    {
        var left = new List<Sentence>();
        var told = new List<Lexeme>();
        foreach (var (sentence, parts) in sentences.Zip(pieces))
        {
            var wished = new List<Lexeme>();
            foreach (var piece in parts)
            {
                var said = sentence.Lexemes[piece.From..piece.To];
                if (piece.Loss <= limit)
                {
                    // "It" is not what shall stay as it is.
                    told.AddRange(said.Exists(l => l.IsVerb("spare")) ? [] : said);
                    continue;
                }
                wished.AddRange(said);
            }
            if (wished.Count > 0)
            {
                left.Add(new(wished, sentence.Asks));
            }
        }
        if (!Lend(told, left))
        {
            return null;
        }
        var starts = left.ConvertAll(ClauseSplitter.Starts);
        var clauses = Ways.Read([.. left.Zip(starts, ClauseSplitter.Clauses)
            .SelectMany(c => c)], session);
        return new Ways(session, left, starts).Whole(clauses);
    }

    /// <summary>What is left out is said where it names something.</summary>
    private string Note(List<List<Piece>> pieces, double limit)
    {
        var told = sentences.Zip(pieces).SelectMany(s => s.Second
            .Where(p => p.Loss > Sayable && p.Loss <= limit)
            .Select(p => string.Join(' ', s.First.Lexemes[p.From..p.To]
                .Where(l => !ClauseSplitter.IsJoint(l)).Select(l => l.Original)))).ToList();
        return told.Count == 0 ? ""
            : $" I take \"{string.Join("\", \"", told)}\" as told, not as a wish.";
    }

    /// <summary>"The worker stalls every evening, give it 2 GB": what is told of is what "it"
    /// means.</summary>
    /// <returns>Whether it is known what it means.</returns>
    private bool Lend(List<Lexeme> told, List<Sentence> left)
    {
        var things = told.Where(l => l.IsMention).SelectMany(l => l.Namings).ToList();
        var refers = left.Exists(s => s.Lexemes.Exists(l =>
            l.Key(Part.Reference) is "it" or "them" || l.Text is "its" or "their" or "his" or "her"
                or "him" or "he" or "she"));
        if (things.Count == 0)
        {
            return true;
        }
        // "The postgres is slow" of two that are there: which one, must be asked.
        var targets = new TargetResolver(session.Draft.State, session.Focus);
        if (told.Exists(l => l.IsMention && targets.Candidates(
            new(l.Text, l.Namings, null, Plural: false, null)).Count > 1))
        {
            return false;
        }
        if (!refers)
        {
            return true;
        }
        List<string> Of(Known known) =>
            [.. things.Where(t => t.Known == known).Select(t => t.Name).Distinct()];
        if (Of(Known.Service) is { Count: > 0 } services)
        {
            (session.Focus, session.About) = (services, null);
            return true;
        }
        foreach (var (known, subject) in ((Known, ISubject)[])
            [(Known.Job, SubjectTable.Jobs), (Known.User, Subjects.People.PeopleSubject.Instance),
             (Known.Volume, Subjects.Storage.StorageSubject.Instance)])
        {
            if (Of(known) is { Count: > 0 } names)
            {
                session.About = new(subject, names);
                return true;
            }
        }
        return true;
    }
}
