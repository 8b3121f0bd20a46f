using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects.Firewall;
using Loam.Mind.Interpreter.Subjects.Jobs;
using Loam.Mind.Interpreter.Subjects.Notify;
using Loam.Mind.Interpreter.Subjects.People;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Any question about any field of the state: the words say which place is meant, the
/// names which things, and the files what stands there.</summary>
internal sealed class Inquiry(Clause clause, Session session)
{
    /// <summary>Below it, a subject that claimed the question answers first.</summary>
    private const double Sure = 1;

    private readonly DesiredState _state = session.Draft.State;

    /// <summary>Null: what it is about is not known, or others know better.</summary>
    public static Reply? To(Clause clause, Session session) =>
        new Inquiry(clause, session).Answer() is { } text ? Said(clause, text) : null;

    private static Reply Said(Clause clause, string text)
    {
        clause.Use(0, clause.Count - 1);
        return Reply.Answer(text.Length > 0
            ? char.ToUpperInvariant(text[0]) + text[1..] : text);
    }

    private string? Answer()
    {
        if (clause.Question == "whatif")
        {
            return new Consequence(clause, session).Of();
        }
        if (clause.Subject is FirewallSubject && clause.Lexemes.Any(l => l.Is(Part.Address)
            || l.Is(Part.Cidr)))
        {
            return null;
        }
        var places = AskingWords.English.Of(clause);
        AskedPlace? best = Group();
        foreach (var (key, weight) in places)
        {
            var colon = key.StartsWith("say:", StringComparison.Ordinal)
                || key.StartsWith("ask:", StringComparison.Ordinal) ? -1 : key.IndexOf(':');
            var place = new AskedPlace(colon < 0 ? key : key[..colon], weight
                + Fit(key), colon < 0 ? "" : key[(colon + 1)..]);
            best = best is null || place.Weight > best.Weight ? place : best;
        }
        var others = best?.Key is "bans" or "ask:login" or "rules" or "networks"
                or "manifest.llm.privacy.local_only" && clause.Subject is FirewallSubject
            || best?.Key is "jobs" or "say:jobs" && clause.Subject is JobSubject
            || best?.Key is "notify" && clause.Subject is NotifySubject;
        var answer = best is { Weight: >= Sure } && !others ? Answer(best) : null;
        return answer is not null && best!.Weight >= 1.5 ? answer
            : clause.Subject is not null ? answer : Whereabouts.Of(clause, _state) ?? answer
                ?? (clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Field)) ? null
                    : Whereabouts.Of(clause, _state, loosely: true));
    }

    /// <summary>"Who is in webteam?": a group that somebody is in.</summary>
    private AskedPlace? Group()
    {
        var groups = StateLists.Of("users")!.Items(_state).SelectMany(u => u.Texts("groups"))
            .ToHashSet();
        var group = clause.Lexemes.FirstOrDefault(l => groups.Contains(l.Text)
            && l.Named(Known.User) is null && l.Named(Known.Service) is null);
        var asks = clause.Question == "who" || clause.Lexemes.Any(l => l.Text is "in" or "group"
            or "groups" or "member" or "members" or "belong" or "belongs" or "member of"
            or "members of");
        return group is null || !asks ? null
            : new("users.groups", group.Is(Part.Unknown) ? 2.5 : 0.9, group.Text);
    }

    /// <summary>A place whose things are named is meant rather than another.</summary>
    private double Fit(string key)
    {
        var list = StateLists.Of(key.Split('.', ':')[0]);
        return Fit(key, list) + (key.Contains('.', StringComparison.Ordinal) ? 0.2 : 0);
    }

    private double Fit(string key, StateList? list)
    {
        if (key.StartsWith("jobs.", StringComparison.Ordinal) && !clause.Lexemes.Any(
            l => l.Named(Known.Job) is not null))
        {
            return -3;
        }
        if (list is null)
        {
            return clause.Lexemes.Any(l => l.Named(Known.Service) is not null
                && l.Named(Known.App) is null) && !key.Contains(':', StringComparison.Ordinal)
                ? -0.5 : 0;
        }
        var known = list.Known;
        if (known is not null && clause.Lexemes.Any(l => l.Named(known.Value) is not null))
        {
            return 1.2;
        }
        return list.Meant(clause, _state).Count > 0 ? 0.6
            : clause.Lexemes.Any(l => Kinds(l)) ? -0.8 : 0;
    }

    /// <summary>It names a thing of some list.</summary>
    private static bool Kinds(Lexeme lexeme) => StateLists.All.Any(l => l.Known is { } known
        && lexeme.Named(known) is not null);

    private string? Answer(AskedPlace place)
    {
        var parts = place.Key.Split('.', 2);
        if (parts[0].StartsWith("say:", StringComparison.Ordinal))
        {
            var service = clause.Lexemes.Select(l => l.Named(Known.Service)).OfType<string>()
                .FirstOrDefault() ?? "SERVICE";
            return parts[0] == "say:help" ? Answers.Reach : Sayings.Of(parts[0][4..], service);
        }
        if (parts[0] == "ask:policy")
        {
            return FirewallAnswers.Policies(new RuleBook(session).Rules);
        }
        if (parts[0] is "ask:login" or "ask:ssh")
        {
            if (clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr)))
            {
                return FirewallAnswers.To(clause, session)?.Text;
            }
            return PeopleAnswers.Logins(new(_state));
        }
        var list = StateLists.Of(parts[0]);
        var fields = new FieldAnswers(clause, _state);
        if (list is null)
        {
            return fields.Of(parts[0], parts[1]);
        }
        if (place.Key is "services.depends_on" && clause.Lexemes.Count(l => l.Named(Known.Service)
            is not null) > 1)
        {
            return null;
        }
        if (place.Key.StartsWith("secrets", StringComparison.Ordinal))
        {
            return null;
        }
        if (parts is ["services"] && clause.Question != "howmuch")
        {
            return null;
        }
        // What else there is of a job is said with it.
        var whole = parts is ["jobs", _] && clause.Subject is JobSubject jobs
            ? jobs.Answer(clause, session)?.Text : null;
        return parts.Length == 2 ? $"{fields.Of(list, parts[1], place.Value)} {whole}".TrimEnd()
            : new ThingAnswers(clause, _state).Of(list);
    }
}
