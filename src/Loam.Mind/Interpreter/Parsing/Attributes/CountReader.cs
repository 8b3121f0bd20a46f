using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>A number right before what it counts: "five of the api", "two more workers", "one api
/// is enough".</summary>
internal static class CountReader
{
    /// <summary>More are no copies.</summary>
    private const int Most = 50;

    public static void Read(Clause clause, Discourse said)
    {
        if (clause.Verb is not ("" or "create" or "have" or "set" or "scale" or "start" or "raise"
            or "lower" or "remove" or "stop") || clause.Attributes.OfType<LimitAttribute>()
                .Any(l => l.Limit == LimitKind.Replicas)
            || clause.Lexemes.Any(l => l.IsField("cpu") || l.Is(Part.Topic, "retain")
                && l.Text.Split(' ')[^1] is not ("enough" or "plenty")))
        {
            return;
        }
        if (CountsOn(clause) || CountsOneMore(clause, said) || CountsAgain(clause, said))
        {
            return;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (Counts(clause, at) is not { } count || !Counted(clause, at, out var more))
            {
                continue;
            }
            var kind = clause.Verb is "remove" or "stop" ? AmountKind.Subtract
                : more ? AmountKind.Add : AmountKind.Absolute;
            clause.Use(at);
            clause.Attributes.Add(new LimitAttribute(LimitKind.Replicas, new(kind, count, "")));
            clause.Verb = clause.Verb is "scale" or "lower" or "raise" ? clause.Verb : "set";
            return;
        }
    }

    /// <summary>"A third replica": so many there are with it; null: none is counted like that.
    /// </summary>
    public static int? Ordinal(Clause clause, int at)
    {
        var count = at < 0 ? 0 : Place(clause[at]);
        if (count == 0)
        {
            return null;
        }
        clause.Use(at);
        return count;
    }

    /// <summary>"Third": how many there are with it; 0: it says no place.</summary>
    public static int Place(Lexeme lexeme) => lexeme.Text.Split(' ')[^1] switch
    {
        "third" or "3rd" => 3,
        "fourth" or "4th" => 4,
        "fifth" or "5th" => 5,
        "sixth" or "6th" => 6,
        _ => 0,
    };

    /// <summary>"A third copy of the api".</summary>
    private static bool CountsOn(Clause clause)
    {
        for (var at = 1; at + 1 < clause.Count; at++)
        {
            if (clause[at].Text.Split(' ') is ["copy" or "instance" or "replica" or "container", ..]
                && Enumerable.Range(at + 1, Math.Min(3, clause.Count - at - 1)).Any(
                    next => clause[next].Named(Known.Service) is not null)
                && Ordinal(clause, at - 1) is { } count)
            {
                clause.Use(at);
                clause.Attributes.Add(
                    new LimitAttribute(LimitKind.Replicas, new(AmountKind.Absolute, count, "")));
                clause.Verb = "set";
                return true;
            }
        }
        return false;
    }

    /// <summary>"A third portal", where two of it run.</summary>
    private static bool CountsOneMore(Clause clause, Discourse said)
    {
        var state = said.Session.Draft.State;
        for (var at = 1; at < clause.Count; at++)
        {
            var before = clause[at - 1].Text is "to" or "the" or "-" ? at - 2 : at - 1;
            if (clause[at].Named(Known.Service) is { } name && clause.IsFree(at) && before >= 0
                && state.Services.TryGetValue(name, out var service) && service.Replicas > 1
                && clause.Attributes.TrueForAll(a => a is not NameAttribute)
                && Place(clause[before]) == service.Replicas + 1)
            {
                clause.Use(before);
                clause.Attributes.Add(new LimitAttribute(LimitKind.Replicas,
                    new(AmountKind.Absolute, service.Replicas + 1, "")));
                clause.Verb = "set";
                // It is one of the same, and no other of its kind.
                clause.Put(before, clause[before] with { Text = "one" });
                return true;
            }
        }
        return false;
    }

    /// <summary>"The worker to 3", "one more", "one less".</summary>
    private static bool CountsAgain(Clause clause, Discourse said)
    {
        var one = clause.Lexemes.ToList().FindIndex(l => l.Text is "one more" or "another one"
            or "one less" or "one fewer" or "one");
        var less = clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "less" or "fewer");
        if (one < 0 || clause.Targets.Count > 0
            || !less && !clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "more" or "another")
            || !clause.Lexemes.All(l => l.Readings[0].Part is Part.Noise or Part.Glue
                or Part.Number or Part.Amount or Part.Reference || l == clause[one]
                || l.Named(Known.Service) is not null && clause[one].Text is not "another one")
            || !clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
                && said.Session.LastWishes.LastOrDefault()?.Attributes.LastOrDefault() is not
                    LimitAttribute { Limit: LimitKind.Replicas })
        {
            return false;
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => !clause[i].IsMention))
        {
            clause.Use(at);
        }
        clause.Verb = "set";
        clause.Attributes.Add(new LimitAttribute(LimitKind.Replicas,
            new(less ? AmountKind.Subtract : AmountKind.Add, 1, "")));
        return true;
    }

    private static decimal? Counts(Clause clause, int at)
    {
        var before = at > 0 ? clause[at - 1] : null;
        if (!clause.IsFree(at) || before is not null && (before.Is(Part.Field) || before.IsMention
            || before.IsGlue("to") || before.IsGlue("of") || before.Text is "on" or "at" or "by"
                or "every"))
        {
            return null;
        }
        // "The one api" and "one of the services" count nothing.
        var only = clause[at].Text == "one" && before?.Text != "the" && clause.Lexemes.Any(
            l => l.Text.Split(' ')[^1] is "enough" or "plenty" or "suffices" or "sufficient"
                or "do");
        return only ? 1 : clause[at] is { IsNumber: true, Unit: "", IsMention: false,
                Value: > 0 and <= Most } && decimal.IsInteger(clause[at].Value)
            ? clause[at].Value : null;
    }

    /// <summary>A service follows, and it is what is counted.</summary>
    private static bool Counted(Clause clause, int at, out bool more)
    {
        more = false;
        for (var next = at + 1; next < clause.Count && next <= at + 4; next++)
        {
            if (clause[next].Is(Part.Amount, "more") || clause[next].Text is "additional"
                or "extra" or "further")
            {
                more = true;
                clause.Use(next);
            }
            else if (clause[next].Named(Known.Service) is not null && clause.IsFree(next))
            {
                return !clause[next].Possessive && !(next + 1 < clause.Count
                    && clause[next + 1].Is(Part.Field));
            }
            else if (!(clause[next].IsGlue("of") || clause[next].Text is "the" or "our" or "my"))
            {
                return false;
            }
        }
        return false;
    }
}
