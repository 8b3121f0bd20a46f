using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Who is meant, and which piece of the sentence wishes something.</summary>
internal sealed partial class ScanWords
{
    /// <summary>"Nobody speaks mqtt here, so 9001 can be closed": what stands before says why.
    /// </summary>
    public int Begin()
    {
        for (var at = clause.Count - 2; at > 1; at--)
        {
            if (clause[at].Text is "so" && clause[at - 1].IsGlue("comma"))
            {
                var rest = Enumerable.Range(at, clause.Count - at).ToList();
                return rest.Exists(n => IsAct(n) || Is(n, "may") || clause[n].IsVerb("remove")
                        || clause[n].IsVerb("publish") || clause[n].IsVerb("unpublish"))
                    && rest.Exists(n => IsPortNumber(n) || PortNames.Of(clause[n]) is not null)
                    ? at : 0;
            }
        }
        return 0;
    }

    /// <summary>"Only 5 per second": so many, and not this alone.</summary>
    public bool LeadsToRate(int at) => NextIs(at, next => RateAt(next, out _) is not null);

    /// <summary>"Without logging", "logging off", "no logging".</summary>
    public bool IsLogOff(int at) => at > 0 && (clause[at - 1].IsGlue("without")
            || clause[at - 1].Text is "no" or "without" or "without any")
        || at + 1 < clause.Count && clause[at + 1].Text is "off";

    /// <summary>"The mail server needs 25, 465 and 993": ports, and nobody here who has them.
    /// </summary>
    public bool NeedsPorts => clause is { Question: null, Negated: false, Verb: "have" }
        && HasText("needs", "need", "i need", "we need", "requires", "wants")
        && !clause.Lexemes.Any(l => l.IsMention)
        && clause.Lexemes.Count(l => l is { IsNumber: true, Unit: "", Value: >= 20 }) > 1
        && clause.Lexemes.All(l => !l.IsNumber || l is { Unit: "", Value: >= 20 });

    /// <summary>Where a last piece begins that only tells: "…, our mail goes over 587 anyway"; -1:
    /// there is none.</summary>
    public int Anyway()
    {
        var comma = clause.Lexemes.ToList().FindLastIndex(l => l.IsGlue("comma"));
        return comma > 0 && clause.Count - comma > 3 && clause[clause.Count - 1].Text is "anyway"
            or "anyhow" && !Enumerable.Range(comma, clause.Count - comma).Any(
                at => IsAct(at) || clause[at].IsGlue("not") || clause[at].Is(Part.Verb)) ? comma
            : -1;
    }

    public bool NetworkIsNext(int at) => NextIs(at,
        next => PortNames.Network(clause[next]) is not null);

    /// <summary>"Mqtt without 9001": what is there has several ports.</summary>
    public bool LosesPort(int at) => at + 1 < clause.Count && clause[at + 1].IsGlue("without")
        && NextIs(at + 1, next => IsPortNumber(next) || clause[next].IsField("port"));

    /// <summary>"…, but nobody from outside": only they who were named before.</summary>
    public bool IsNobodyBesides(int at) => Is(at, "nobody") && at > 1
        && (clause[at - 1].IsGlue("but") || clause[at - 1].IsGlue("and")
            || clause[at - 1].IsGlue("comma"))
        && NextIs(at, next => Is(next, "anywhere"))
        && !Enumerable.Range(at, PieceEnd(at) - at + 1).Any(
            n => PortNames.Of(clause[n]) is not null || IsPortNumber(n));

    /// <summary>"The rest of the campus": who else, and not what else.</summary>
    public bool IsRestOfPeople(int at) => clause[at].Text is "the rest" or "rest"
        && at + 1 < clause.Count && clause[at + 1].IsGlue("of")
        && NextIs(at + 1, next => clause[next].Is(Part.Unknown) || Is(next, "party"));

    /// <summary>"Towards the internet": where others come from.</summary>
    public bool LeadsOutside(int at) => NextIs(at, next => Is(next, "anywhere")
        || Is(next, "lan") || InterfaceAt(next) is not null);

    /// <summary>"The imaging people": who works with it.</summary>
    public bool NamesPeople(int at) => NextIs(at, next => clause[next].Text is "people" or "users"
        or "folks" or "guys" or "staff" or "team" or "crew");

    /// <summary>"People on the vpn": who, and not what runs here.</summary>
    private bool IsPlaceOf(int at)
    {
        var link = at - 1;
        while (link >= 0 && clause[link].Readings[0].Part == Part.Noise)
        {
            link--;
        }
        return link > 0 && (clause[link].IsGlue("on") || clause[link].IsGlue("in")
                || clause[link].IsGlue("with"))
            && clause[link - 1].Text is "people" or "folks" or "users" or "everyone" or "everybody"
                or "those" or "devices" or "clients" or "colleagues" or "who";
    }
}
