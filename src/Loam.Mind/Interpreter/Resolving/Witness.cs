using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Firewall;
using Loam.Mind.Interpreter.Subjects.Jobs;
using Loam.Mind.Interpreter.Subjects.Machine;
using Loam.Mind.Interpreter.Subjects.People;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>Holds what came of a turn against its words, whoever read them: a value or a name that
/// was said and left no trace in what changed was swallowed, and the reading is doubted.</summary>
internal static class Witness
{
    private static readonly char[] s_between = [' ', '=', ',', ':', ';', '"', '\''];

    private static readonly decimal[] s_factors =
        [1, 1024, 1024 * 1024, 1024L * 1024 * 1024, 1024L * 1024 * 1024 * 1024,
         1000, 1000_000, 1000_000_000, 1000L * 1000 * 1000 * 1000,
         60, 60_000, 3_600, 3_600_000, 86_400_000, 24, 7, 604_800_000, 1 / 1000m];

    /// <summary>What was said and cannot be found in what changed.</summary>
    public static List<Lexeme> Missing(IReadOnlyList<Clause> wishes, DesiredState before,
        DesiredState after, IReadOnlyList<Reply> replies)
    {
        var traces = new Traces(before, after,
            replies.Select(r => r.Text).Concat(replies.SelectMany(r => r.Notes)));
        var missing = new List<Lexeme>();
        foreach (var clause in wishes)
        {
            if (clause.Question is not null || clause.Verb is "spare" or "undo"
                || clause.Negated && clause.Attributes.Count == 0
                || clause.Subject is null && clause.Attributes.Count + clause.Targets.Count == 0)
            {
                continue;
            }
            var instead = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("insteadof"));
            if (clause.Subject is FirewallSubject && !traces.Replaces && instead > 0
                && !clause.Lexemes.Skip(instead + 1).Any(l => l.Is(Part.Verb) || l.IsNumber
                    || l.Is(Part.Topic, "block") || l.Is(Part.Topic, "reject")))
            {
                missing.Add(clause[instead]);
            }
            if (clause.Subject is null && Reach.Narrows(clause) is var narrow and >= 0
                && !(narrow > 0 && clause[narrow - 1].IsGlue("not"))
                && (clause[narrow].IsField("localhost") || !clause.Attributes.Exists(
                    a => a is PortAttribute { First: not null }))
                && Opened(clause, before, after))
            {
                missing.Add(clause[narrow]);
            }
            var told = false;
            for (var at = 0; at < clause.Count; at++)
            {
                told |= clause[at].IsGlue("because") || clause[at].Text is "while"
                    || Spares(clause[at]);
                if (!told && !IsSeen(clause, at, traces))
                {
                    missing.Add(clause[at]);
                }
            }
        }
        return missing;
    }

    /// <summary>What follows shall stay as it is.</summary>
    private static bool Spares(Lexeme lexeme) => !lexeme.IsMention && (lexeme.IsGlue("except")
        || lexeme.IsGlue("but") || lexeme.IsGlue("not") || lexeme.IsVerb("spare")
        || lexeme.IsGlue("insteadof")
        || lexeme.Text.Split(' ')[0] is "keep" or "keeps" or "leave" or "leaves");

    /// <summary>A service it names, or one that is new, is reachable from everywhere on a port
    /// where it was not.</summary>
    private static bool Opened(Clause clause, DesiredState before, DesiredState after)
    {
        var names = clause.Lexemes.SelectMany(l => l.Namings).Select(n => n.Name)
            .ToHashSet(StringComparer.Ordinal);
        bool IsMeant(Service service) => names.Count == 0
            ? !before.Services.ContainsKey(service.Name)
            : names.Contains(service.Name) || AppCatalog.ByImage(service.Image) is { } app
                && (names.Contains(app.Name) || names.Overlaps(app.Roles));
        return after.Services.Values.Where(IsMeant).Any(s => s.Ports.Any(p =>
            p is { Host: not null, Address: "0.0.0.0" }
            && !(before.Services.TryGetValue(s.Name, out var old)
                && old.Ports.Any(o => o.Host == p.Host && o.Address == p.Address))));
    }

    private static bool IsSeen(Clause clause, int at, Traces traces)
    {
        var lexeme = clause[at];
        return lexeme.Readings[0].Part switch
        {
            Part.Mention => !IsObject(clause, at) || IsNamed(lexeme, traces),
            // "4 times an hour" is every 15 minutes.
            Part.Number when clause.Subject is JobSubject && at + 1 < clause.Count
                && clause[at + 1].Text is "times" && lexeme.Value > 0
                && (traces.HasNumber(60 / lexeme.Value) || traces.HasNumber(24 / lexeme.Value))
                => true,
            Part.Number => !char.IsAsciiDigit(lexeme.Text.TrimStart('#', ':', '+')[0])
                || lexeme.Unit is "percent" || Figures(lexeme, traces),
            Part.PortPair or Part.PortRange or Part.Version or Part.Address or Part.Cidr =>
                traces.HasText(lexeme.Text) || Figures(lexeme, traces),
            Part.Image when char.IsAsciiDigit(lexeme.Text[0]) => Figures(lexeme, traces),
            Part.Path or Part.Domain or Part.Email or Part.Url or Part.Image =>
                traces.HasText(lexeme.Text) || traces.HasText(lexeme.Original),
            Part.Assignment or Part.Mount or Part.Quoted or Part.Key =>
                lexeme.Text.Split(s_between, StringSplitOptions.RemoveEmptyEntries)
                    .All(traces.HasText),
            _ => true,
        };
    }

    /// <summary>A name of the kind of things the clause is about, with no other meaning and no
    /// other role.</summary>
    private static bool IsObject(Clause clause, int at)
    {
        var lexeme = clause[at];
        return lexeme.Role == Role.None && !lexeme.Possessive
            // "Only maria shall be admin" is of the others.
            && !(clause.Subject is PeopleSubject && at > 0 && clause[at - 1].IsGlue("only"))
            && !lexeme.Readings.Any(r => r.Part is Part.Field or Part.Noise or Part.Verb
                or Part.Topic or Part.Reference)
            && !(clause.NextBefore(at)?.IsGlue("for") == true
                && clause.Verb is "create" or "have" or "start" or "")
            && lexeme.Namings.Any(n => clause.Subject switch
            {
                null => n.Known is Known.Service or Known.App,
                PeopleSubject => n.Known is Known.User,
                StorageSubject => n.Known is Known.Volume or Known.Service,
                JobSubject => n.Known is Known.Job,
                MachineSubject => n.Known is Known.Interface,
                // "Maria (203.0.113.78)" says whose address it is.
                FirewallSubject => n.Known is Known.User
                    && !clause.Lexemes.Any(l => PortNames.Network(l) is not null),
                _ => false,
            });
    }

    private static bool IsNamed(Lexeme lexeme, Traces traces) =>
        lexeme.Namings.Any(n => traces.HasName(n.Name) || traces.HasWord(n.Name))
        || traces.HasWord(lexeme.Text);

    /// <summary>Every number in it is there, in some unit or as a difference.</summary>
    private static bool Figures(Lexeme lexeme, Traces traces) => Traces.Numbers(lexeme.Text)
        .All(n => s_factors.Any(f => traces.HasNumber(n * f)) || traces.HasNumber(n + 12)
            || traces.HasNumber(n - 1));
}
