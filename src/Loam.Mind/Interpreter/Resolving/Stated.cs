using System.Globalization;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>"Sessions last 20 minutes, extend that to 45", "two cores. One must do": a value that
/// nobody gave a field is one of the field that holds what was said to be now, or of the one that
/// was spoken of.</summary>
internal sealed class Stated(Session session, List<Clause> clauses)
{
    /// <summary>More copies than that are no number of copies.</summary>
    private const int MostCopies = 50;

    /// <param name="Variable">Null: the number of copies, or the version.</param>
    private sealed record Field(Service Of, string? Variable, bool IsVersion, bool Held);

    public void Settle()
    {
        for (var at = 0; at < clauses.Count; at++)
        {
            var clause = clauses[at];
            // "… expects it on 9095 and not 9091, can you move it there?"
            if (at > 0 && clause is { Subject: null, Question: null, Attributes.Count: 0,
                    Verb: "move" or "set" or "have" or "" } && clause.Targets.TrueForAll(
                    t => t.Reference is "it" or "them")
                && clauses[at - 1] is { Subject: null, Question: null, Attributes.Count: > 0 }
                && clause.Lexemes.Any(l => l.Text is "there" or "that" or "so")
                && clause.Lexemes.All(l => l.Is(Part.Verb) || l.Is(Part.Reference)
                    || l.Readings[0].Part is Part.Noise or Part.Glue))
            {
                clauses.RemoveAt(at--);
                continue;
            }
            if (clause is not { Subject: null, Question: null, Foreign: null })
            {
                continue;
            }
            Local(clause);
            Twice(clause);
            One(at);
            Copies(clause);
            Continued(at);
            if (clause.Attributes.Exists(a => a is BareAttribute or PortAttribute
                { Second: null, Link: "to" or "", Address: null }) && Meant(at) is { } field)
            {
                Put(clause, field);
                Explain(at, field);
            }
        }
    }

    /// <summary>"Its page (9091) on localhost only": of the ports it publishes, that one.</summary>
    private void Local(Clause clause)
    {
        var place = clause.Attributes.FindIndex(a => a is PortAttribute { First: null,
            Address: not null });
        if (place >= 0 && clause.Attributes.OfType<BareAttribute>().ToList() is [{ Unit: "" } bare]
            && Services(clauses.IndexOf(clause)) is [var service]
            && service.Ports.Any(p => p.Host == bare.Value))
        {
            clause.Attributes[place] = ((PortAttribute)clause.Attributes[place]) with
            {
                First = (int)bare.Value,
            };
            clause.Attributes.Remove(bare);
        }
    }

    /// <summary>"It has 512 MB, make that a gig": of two limits of one kind the second is wished.
    /// </summary>
    private void Twice(Clause clause)
    {
        foreach (var limits in clause.Attributes.OfType<LimitAttribute>()
            .Where(l => l.Amount.Kind == AmountKind.Absolute).GroupBy(l => l.Limit).ToList())
        {
            if (limits.Count() == 2 && Services(clauses.IndexOf(clause)) is [var service]
                && Holds(service, limits.First()))
            {
                clause.Attributes.Remove(limits.First());
            }
        }
    }

    private static bool Holds(Service service, LimitAttribute said)
    {
        var value = said.Amount.Value;
        return said.Limit switch
        {
            LimitKind.Cpu => service.Limits.Cpu is { } cpu
                && cpu == (said.Amount.Unit == "m" ? value : value * 1000),
            LimitKind.Memory => said.Amount.Unit is "Ki" or "Mi" or "Gi"
                && service.Limits.Memory == Sizes.Bytes(value, said.Amount.Unit),
            LimitKind.Replicas => service.Replicas == value,
            _ => service.Limits.Pids == value,
        };
    }

    /// <summary>"One must do": a number where one was spoken of, and nobody.</summary>
    private void One(int at)
    {
        var clause = clauses[at];
        var lexemes = clause.Lexemes.ToList();
        var comma = lexemes.FindIndex(l => l.IsGlue("comma") || l.IsGlue("and"));
        if (clause.Attributes is [LimitAttribute { Amount.Kind: AmountKind.Absolute }]
            && comma > 0 && lexemes.FindIndex(comma, l => l.Text is "one") is var one and > 0
            && (clause.Targets.Exists(t => t is { Text: "one", Reference: "it" })
                || one + 1 < clause.Count && clause[one + 1].Is(Part.Topic, "enough")))
        {
            clause.Targets.RemoveAll(t => t is { Text: "one", Reference: "it" });
            clause.Attributes.Add(new BareAttribute(1, "", "one"));
        }
        if (at > 0 && clause.Attributes.Count == 0 && clause.Verb is "" or "have"
            && clause.Targets is [{ Text: "one", Reference: "it" }]
            && clauses[at - 1].Attributes is [LimitAttribute { Amount.Kind: AmountKind.Absolute }])
        {
            clause.Targets.Clear();
            clause.Attributes.Add(new BareAttribute(1, "", "one"));
        }
    }

    /// <summary>"The two ingest processes fall behind, four of them": copies, and no limit.
    /// </summary>
    private void Copies(Clause clause)
    {
        var limit = clause.Attributes.FindIndex(a => a is LimitAttribute { Limit: LimitKind.Pids,
            Amount: { Kind: AmountKind.Absolute, Value: <= MostCopies } });
        if (limit >= 0 && Services(clauses.IndexOf(clause)) is [var service]
            && service.Limits.Pids != service.Replicas
            && Numbers(clauses.IndexOf(clause)).Contains(service.Replicas))
        {
            clause.Attributes[limit] = ((LimitAttribute)clause.Attributes[limit]) with
            {
                Limit = LimitKind.Replicas,
            };
            clause.Targets.RemoveAll(t => t.Reference is not null);
        }
    }

    /// <summary>"It hogs two cores. One must do", "it has 4 GB and needs 8": of the limit that was
    /// said to be.</summary>
    private void Continued(int at)
    {
        var clause = clauses[at];
        var here = clause.Attributes.OfType<LimitAttribute>().Any();
        var of = here ? clause : at > 0 ? clauses[at - 1] : null;
        if (of is not { Subject: null } || clause.Attributes.Count != (here ? 2 : 1)
            || clause.Attributes.OfType<BareAttribute>().ToList() is not [{ Unit: "" or "core" }
                bare] || of.Attributes.OfType<LimitAttribute>().ToList() is not [var now]
            || of != clause && of.Attributes.Count > 1
            || now.Amount.Kind is not (AmountKind.Absolute or AmountKind.Add)
            || Services(at) is not [var service] || !Holds(service, now))
        {
            return;
        }
        clause.Attributes.Clear();
        clause.Attributes.Add(now with
        {
            Amount = new(AmountKind.Absolute, bare.Value, now.Amount.Unit),
        });
        (clause.Negated, clause.Verb) = (false, "set");
        if (of != clause)
        {
            clause.Targets.Clear();
            clause.Targets.AddRange(of.Targets);
            clauses.Remove(of);
        }
    }

    /// <summary>The services that were named, here or before; empty: none was.</summary>
    private List<Service> Services(int at)
    {
        var state = session.Draft.State;
        for (; at >= 0; at--)
        {
            var named = TargetResolver.Named(state, clauses[at].Lexemes).ToList();
            if (named.Count > 0)
            {
                return named.ConvertAll(n => state.Services[n]);
            }
        }
        return [.. session.Focus.Where(state.Services.ContainsKey).Select(
            n => state.Services[n])];
    }

    private List<decimal> Numbers(int at) => [.. clauses.Take(at + 1).SelectMany(c => c.Lexemes)
        .Where(l => l.IsNumber).Select(l => l.Value)];

    private Field? Meant(int at)
    {
        var named = Services(at);
        var services = named.Count > 0 ? named : [.. session.Draft.State.Services.Values];
        var said = Numbers(at);
        var words = clauses.Take(at + 1).SelectMany(c => c.Lexemes).ToList();
        var fields = services.SelectMany(s => Fields(s, said, words)).ToList();
        fields = named.Count > 0 ? fields : fields.FindAll(f => f.Variable is not null);
        var held = fields.FindAll(f => f.Held);
        return held.Count == 1 ? held[0] : held.Count == 0 && fields is [var only] ? only : null;
    }

    private static IEnumerable<Field> Fields(
        Service service, List<decimal> said, List<Lexeme> words)
    {
        var text = " " + string.Join(' ', words.Select(l => l.Text)) + " ";
        foreach (var (name, value) in service.Environment)
        {
            if (!value.All(char.IsAsciiDigit) || !decimal.TryParse(value,
                NumberStyles.None, CultureInfo.InvariantCulture, out var now))
            {
                continue;
            }
            var spoken = words.Exists(w => w.Original == name)
                || VariableWords.English.Sayings(name).Exists(s => text.Contains(
                    $" {string.Join(' ', s)} ", StringComparison.Ordinal)
                    || text.Contains($" {string.Join(' ', s)}s ", StringComparison.Ordinal)
                    || text.Contains($" {string.Join(' ', s)}es ", StringComparison.Ordinal));
            if (spoken || said.Contains(now))
            {
                yield return new(service, name, false, said.Contains(now));
            }
        }
        var tag = service.Image.Tag.Split('-')[0];
        var version = words.FindIndex(w => w.Original == tag);
        if (version >= 0 && (tag.Contains('.') || version > 0 && tag.All(char.IsAsciiDigit)
            && words[version - 1].IsMention))
        {
            yield return new(service, null, true, true);
        }
    }

    private void Put(Clause clause, Field field)
    {
        var present = Present(field);
        var wished = clause.Attributes.OfType<BareAttribute>().Where(b => b.Unit != "x"
            && b.Text != present).Select(b => field.IsVersion ? b.Text : Text(b, field)).ToList();
        // "In batches of 500, go to 2000"
        var ports = clause.Attributes.OfType<PortAttribute>().Where(p => p is { First: not null,
            Second: null, Link: "to" or "", Address: null }).ToList();
        if (wished.Count == 0 && !clause.Lexemes.Any(l => l.IsField("port"))
            && ports.Count == clause.Attributes.Count(a => a is PortAttribute))
        {
            wished.AddRange(ports.Select(p => p.First!.Value.ToString(
                CultureInfo.InvariantCulture)).Where(n => n != present));
            clause.Attributes.RemoveAll(a => wished.Count == 1 && a is PortAttribute);
        }
        // "It takes batches of 500. 1500 please": how it is.
        if (wished.Count == 0 && field.Held && clauses[^1] != clause)
        {
            clause.Attributes.RemoveAll(a => a is BareAttribute);
            clause.IsTold = clause.Attributes.Count == 0;
        }
        if (wished is not [{ } value] || value.Length == 0
            || value.Contains('.', StringComparison.Ordinal)
                != present.Contains('.', StringComparison.Ordinal))
        {
            return;
        }
        clause.Attributes.RemoveAll(a => a is BareAttribute { Unit: not "x" }
            || a is VariableAttribute old && old.Name == field.Variable);
        clause.Attributes.Add(field.Variable is { } of ? new VariableAttribute(of, value)
            : new VersionAttribute(value));
        clause.Targets.Clear();
        clause.Targets.Add(new(field.Of.Name, [new(Known.Service, field.Of.Name)], null, false,
            null));
        (clause.Verb, clause.Negated) = ("set", false);
        // "… is said to be stable. Take that one"
        if (clauses.IndexOf(clause) + 1 is var next && next < clauses.Count
            && clauses[next] is { Subject: null, Question: null, Attributes.Count: 0 } again
            && again.Verb is "set" or "upgrade" or "have" && again.Lexemes.All(l => l.Is(Part.Verb)
                || l.Is(Part.Reference) || l.Readings[0].Part is Part.Noise or Part.Glue))
        {
            clauses.RemoveAt(next);
        }
    }

    private static string Present(Field field) => field.Variable is { } name
        ? field.Of.Environment[name] : field.Of.Image.Tag.Split('-')[0];

    /// <summary>What it is called, and what was told of how it is now, was read.</summary>
    private void Explain(int at, Field field)
    {
        var present = Present(field);
        var words = field.Variable is { } called ? VariableWords.English.Sayings(called)
            .SelectMany(s => s).ToHashSet(StringComparer.Ordinal) : [];
        foreach (var clause in clauses.Take(at + 1))
        {
            var lexemes = clause.Lexemes.ToList();
            if (clause != clauses[at] && clause.Attributes.Count == 0
                && lexemes.Exists(l => l.Original == present || l.Value.ToString(
                    CultureInfo.InvariantCulture) == present))
            {
                clause.Explains();
            }
            for (var word = 0; word < lexemes.Count; word++)
            {
                if (lexemes[word].Original == field.Variable || words.Overlaps(
                    lexemes[word].Text.Split(' ').Select(w => w.TrimEnd('s'))))
                {
                    clause.Use(word);
                }
            }
        }
    }

    /// <summary>In the unit its name tells: "an hour" is 60 of <c>SESSION_MINUTES</c>.</summary>
    private static string? Text(BareAttribute bare, Field field)
    {
        decimal? seconds = bare.Unit switch
        {
            "s" => bare.Value, "min" => bare.Value * 60, "h" => bare.Value * 3600,
            "d" => bare.Value * 86400, _ => null,
        };
        var name = field.Variable ?? "";
        var value = seconds is not { } time ? bare.Value
            : name.Contains("MINUTE", StringComparison.OrdinalIgnoreCase) ? time / 60
            : name.Contains("HOUR", StringComparison.OrdinalIgnoreCase) ? time / 3600
            : name.Contains("DAY", StringComparison.OrdinalIgnoreCase) ? time / 86400
            : name.Contains("SECOND", StringComparison.OrdinalIgnoreCase) ? time : bare.Value;
        return decimal.IsInteger(value) ? value.ToString("0", CultureInfo.InvariantCulture) : null;
    }
}
