using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects.Firewall;

namespace Loam.Mind.Interpreter.Parsing;

/// <param name="Gains">How much more it explains.</param>
/// <param name="Joins">It joins what the verbs part.</param>
internal sealed record OtherCut(List<Clause> Clauses, double Gains, bool Joins);

/// <summary>Where one wish ends and the next begins when no verb says it: "hostname shop, 2 GB for
/// the api and ben into sudo". Every run of pieces is read by itself; the cut that leaves least
/// unexplained, and mixes least, is the other way to read the sentence.</summary>
internal sealed class Cutting
{
    /// <summary>A clause more must explain at least this much.</summary>
    private const double PerClause = 0.1;

    /// <summary>What is cut by its verbs is not joined for nothing.</summary>
    private const double Merged = 0.15;
    private const double Slight = 0.05;
    private const double Failed = 0.3;
    private const double Bare = 0.15;
    private const double Mixed = 0.35;

    /// <summary>Of nobody, or nothing of somebody: it goes on with what was said before.</summary>
    private const double Headless = 0.2;
    private const int MostPieces = 9;

    private readonly IReadOnlyList<Sentence> _sentences;
    private readonly IReadOnlyList<List<int>> _starts;
    private readonly List<Search> _searches;

    public Cutting(IReadOnlyList<Sentence> sentences, IReadOnlyList<List<int>> starts,
        Session session)
    {
        (_sentences, _starts) = (sentences, starts);
        _searches = [.. sentences.Zip(starts, (s, plain) => new Search(s, plain, session))];
    }

    /// <summary>The other way to cut a turn; null: what the verbs say is as good.</summary>
    /// <param name="failed">The way that the verbs say came to nothing.</param>
    public OtherCut? Other(bool failed)
    {
        var (gains, joins) = (0.0, false);
        var clauses = new List<Clause>();
        for (var at = 0; at < _sentences.Count; at++)
        {
            var search = _searches[at];
            var best = _sentences[at].Asks ? _starts[at] : search.Best(failed);
            clauses.AddRange(ClauseSplitter.Clauses(_sentences[at], best));
            gains += search.Gains;
            joins |= search.Joins;
        }
        return gains > 0 ? new(clauses, gains, joins) : null;
    }

    /// <summary>The cheapest cut of one sentence.</summary>
    private sealed class Search
    {
        private readonly Sentence _sentence;
        private readonly List<int> _plain;
        private readonly Session _session;

        /// <summary>Where the pieces begin, and where the last one ends.</summary>
        private readonly List<int> _bounds;

        /// <summary>The verb said last before each piece.</summary>
        private readonly List<string> _verbs = [""];
        private readonly double?[,] _costs;
        private bool _failed;

        public Search(Sentence sentence, List<int> plain, Session session)
        {
            (_sentence, _plain, _session) = (sentence, plain, session);
            _bounds = [.. ClauseSplitter.Pieces(sentence).Union(plain).Order(),
                sentence.Lexemes.Count];
            _costs = new double?[_bounds.Count, _bounds.Count];
            for (var piece = 0; piece + 2 < _bounds.Count; piece++)
            {
                var verb = ClauseSplitter.One(sentence, _bounds[piece], _bounds[piece + 1]).Verb;
                _verbs.Add(verb is "" or "undo" ? _verbs[^1] : verb);
            }
        }

        public double Gains { get; private set; }

        /// <summary>What the verbs part is joined.</summary>
        public bool Joins { get; private set; }

        /// <param name="failed">The plain cut came to nothing.</param>
        public List<int> Best(bool failed)
        {
            (_failed, Gains, Joins) = (failed, 0, false);
            if (_bounds.Count is < 3 or > MostPieces)
            {
                return _plain;
            }
            var given = _plain.Select((start, at) => Cost(_bounds.IndexOf(start), at + 1
                < _plain.Count ? _bounds.IndexOf(_plain[at + 1]) : _bounds.Count - 1)).Sum();
            if (given <= PerClause * _plain.Count + Slight && !_failed)
            {
                return _plain;
            }
            var best = new double[_bounds.Count];
            var from = new int[_bounds.Count];
            for (var to = 1; to < _bounds.Count; to++)
            {
                best[to] = double.MaxValue;
                for (var start = 0; start < to; start++)
                {
                    // Of two as good, the longer beginning: what is said of a thing stays with it.
                    if (best[start] + Cost(start, to) is var cost && cost < best[to]
                        + (from[to] > 0 || start == 0 ? 0.001 : -0.001))
                    {
                        (best[to], from[to]) = (cost, start);
                    }
                }
            }
            if (best[^1] > given - Slight)
            {
                return _plain;
            }
            Gains = given - best[^1];
            var starts = new List<int>();
            for (var to = _bounds.Count - 1; to > 0; to = from[to])
            {
                starts.Insert(0, _bounds[from[to]]);
            }
            Joins = !_plain.TrueForAll(starts.Contains);
            return starts;
        }

        private double Cost(int from, int to) =>
            (_costs[from, to] ??= CostOf(from, to)) + (_failed && IsPlain(from, to) ? Failed : 0);

        /// <summary>The verbs say this cut, of several pieces.</summary>
        private bool IsPlain(int from, int to) => to - from > 1
            && _plain.Contains(_bounds[from])
            && (to == _bounds.Count - 1 || _plain.Contains(_bounds[to]))
            && !_plain.Exists(p => p > _bounds[from] && p < _bounds[to]);

        private double CostOf(int from, int to)
        {
            var clause = ClauseSplitter.One(_sentence, _bounds[from], _bounds[to]);
            if (clause.Verb.Length == 0 && ClauseSplitter.Inherits(clause, _verbs[from]))
            {
                (clause.Verb, clause.IsInherited) = (_verbs[from], true);
            }
            ClauseReader.Read(clause, new(_session, []));
            var cost = PerClause + Account.Cost(clause);
            cost += from > 0 && IsBare(clause) ? Bare : 0;
            cost += from > 0 && IsHeadless(clause) ? Headless : 0;
            cost += Merged * _plain.Count(p => p > _bounds[from] && p < _bounds[to]);
            return cost + Mixes(from, to) + (clause.Subject is null
                ? Dropped(clause, from, to) : 0);
        }

        /// <summary>"Session minutes to 30, then restart the portal": what a later piece does
        /// would be passed over.</summary>
        private double Dropped(Clause clause, int from, int to)
        {
            for (var piece = from + 1; piece < to; piece++)
            {
                var verb = ClauseSplitter.One(
                    _sentence, _bounds[piece], _bounds[piece + 1]).Verb;
                if (verb is "restart" or "remove" or "stop" or "spare" && verb != clause.Verb
                    && clause.Verb.Length > 0)
                {
                    return Mixed;
                }
            }
            return 0;
        }

        /// <summary>A piece that begins with a value goes on with a list.</summary>
        private static bool IsBare(Clause clause) => clause.Lexemes.FirstOrDefault(l =>
            l.Readings[0].Part is not (Part.Noise or Part.Glue)) is not { } first
            || first.Readings[0].Part is Part.Address or Part.Cidr or Part.Domain or Part.Email
                or Part.Path or Part.PortPair or Part.PortRange;

        /// <summary>"…, bash too", "…, sofia out of it".</summary>
        private static bool IsHeadless(Clause clause) => clause.Attributes
            .OfType<Subjects.People.UserAttribute>()
            .Any(u => u is { Users.Count: 0, Names.Count: 0, Everyone: false }
                || clause.Verb != "spare" && u is { SaysWhat: false, SaysKey: false,
                    Removes: false, Creates: false, Left: false });

        /// <summary>"Status gets 200 MB", "vaultwarden up to 1.33.0".</summary>
        private static bool IsOfService(List<Lexeme> piece) =>
            piece.Exists(l => (l.Named(Known.Service) ?? l.Named(Known.Role)) is not null
                && l.Named(Known.Volume) is null && l.Named(Known.User) is null)
            && piece.Exists(l => l is { IsNumber: true, IsMention: false, Unit: "Ki" or "Mi" or "Gi"
                or "Ti" or "core" } || l.Is(Part.Version) && !l.IsMention
                || l.Key(Part.Amount) is ['x', ..]);

        /// <summary>"Nginx on port 8080".</summary>
        private static bool IsPlaced(List<Lexeme> piece) =>
            piece.Find(l => !ClauseSplitter.IsJoint(l) && l.Readings[0].Part != Part.Noise)
                ?.Named(Known.App) is not null
            && piece.Exists(l => l.IsField("port") || l.Is(Part.PortPair));

        private double Mixes(int from, int to)
        {
            var cost = 0.0;
            var topics = new HashSet<string>();
            for (var piece = from; piece < to; piece++)
            {
                var said = _sentence.Lexemes[_bounds[piece].._bounds[piece + 1]];
                var own = Topics.Of(said);
                own.UnionWith(own.Count == 0 && (IsOfService(said) || IsPlaced(said))
                    ? ["service"] : []);
                // "Pi-hole on 8053, time zone Europe/Rome": its own, where no machine is set up.
                var clock = own.SetEquals(["clock"]) && topics.Contains("service")
                    && !Topics.Of(_sentence.Lexemes).Contains("name");
                // "IMAGE, call it search": what is made.
                var called = own.SetEquals(["name"]) && _sentence.Lexemes[_bounds[from]..
                    _bounds[piece]].Exists(l => l.Is(Part.Image)) && said.Exists(l =>
                        l.Text is "call it" or "name it" || l.IsField("name")
                            && l.Text is "call" or "name");
                if (clock || called)
                {
                    continue;
                }
                cost += topics.Count > 0 && own.Count > 0 && !own.Overlaps(topics) ? Mixed : 0;
                topics.UnionWith(own);
            }
            return cost;
        }
    }
}
