using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Grafana on 3001, only for 192.168.20.0/24", where there is none: it is made, and who
/// may reach it is a wish of its own.</summary>
internal static class Narrowed
{
    /// <summary>The same sentences, such a tail behind its sentence.</summary>
    public static List<Sentence> Split(List<Sentence> sentences)
    {
        for (var at = 0; at < sentences.Count; at++)
        {
            if (!sentences[at].Asks && Tail(sentences[at].Lexemes) is var (from, sources)
                && IsNew(sentences[at].Lexemes.GetRange(0, from)))
            {
                var head = sentences[at].Lexemes.GetRange(0, from);
                sentences.Insert(at + 1, new([.. Reach(sources), .. Gate(head)], Asks: false));
                sentences[at].Lexemes.RemoveRange(from, sentences[at].Lexemes.Count - from);
            }
            else if (!sentences[at].Asks && Gates(sentences[at].Lexemes) is > 0 and var gates)
            {
                sentences.Insert(at + 1, new(sentences[at].Lexemes[gates..], Asks: false));
                sentences[at].Lexemes.RemoveRange(gates - 1, sentences[at].Lexemes.Count - gates
                    + 1);
            }
        }
        return sentences;
    }

    /// <summary>"Install caddy, only ports 22, 80 and 443 open", "a second nginx on 8081 and a
    /// firewall for 80 and 22": where what is said of the whole machine begins; -1: nothing is.
    /// </summary>
    private static int Gates(List<Lexeme> all)
    {
        for (var at = 2; at + 1 < all.Count; at++)
        {
            var next = at;
            while (next + 1 < all.Count && all[next].Text is "a" or "and" or "the" or "with")
            {
                next++;
            }
            var head = all.GetRange(0, at - 1);
            if (!ClauseSplitter.IsJoint(all[at - 1]) || next + 1 >= all.Count
                || !(all[next].IsField("firewall") && all[next].Text.Contains("firewall")
                    || all[next].IsGlue("only") || all[next].Text is "nothing but")
                || ClauseSplitter.VerbOf(head) is not ("create" or "have" or "start")
                    && !(ClauseSplitter.VerbOf(head).Length == 0 && all[next].IsField("firewall"))
                || head.Exists(l => l.IsField("firewall") || l.Is(Part.Cidr))
                || !head.Exists(l => l.Named(Known.App) is not null || l.Is(Part.Image)))
            {
                continue;
            }
            var tail = all.GetRange(next, all.Count - next);
            var opens = tail[0].IsField("firewall") || tail[^1].Text is "open" or "reachable"
                or "allowed" or "accessible" or "exposed" or "opened" or "through" or "in";
            if (opens && tail.Exists(IsGate) && tail.TrueForAll(l => IsGate(l)
                || l.Is(Part.Cidr) || l == tail[^1] || l.IsField("firewall") || l.IsField("port")
                || l.Readings[0].Part is Part.Noise or Part.Glue || l.Is(Part.Topic, "allow")
                || l.IsVerb("publish")))
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>A port, or what people call one.</summary>
    private static bool IsGate(Lexeme lexeme) => lexeme is { IsNumber: true, Unit: "" }
        || lexeme.Readings.Any(r => r.Part == Part.Topic
            && r.Key.Contains(" tcp:", StringComparison.Ordinal));

    /// <summary>One thing that is not there, at a port.</summary>
    private static bool IsNew(List<Lexeme> head) => head.Exists(l => l.Is(Part.PortPair)
            || l is { IsNumber: true, Unit: "", Value: >= 22 })
        && head.TrueForAll(l => l.Named(Known.Service) is null && l.Named(Known.Rule) is null
            && !l.Is(Part.Cidr) && !l.Is(Part.Address) && !l.IsField("firewall"))
        && !head.Exists(l => l.Is(Part.PortPair) && !l.Text.Contains(':'))
        && (head.FindAll(l => l.Named(Known.App) is not null) is [_]
            || head.Exists(l => l.Is(Part.Image)))
        && ClauseSplitter.VerbOf(head) is "" or "create" or "have" or "start" or "set";

    /// <summary>Where "only for NETWORK" begins, and what networks it names; null: it is not how
    /// the sentence ends.</summary>
    private static (int From, List<Lexeme> Sources)? Tail(List<Lexeme> all)
    {
        var sources = all.FindAll(l => l.Is(Part.Cidr) || l.Is(Part.Address));
        var first = sources.Count == 0 ? -1 : all.IndexOf(sources[0]);
        if (first < 2)
        {
            return null;
        }
        var from = first;
        while (from > 0 && !ClauseSplitter.IsValue(all[from - 1]) && !all[from - 1].IsMention
            && !all[from - 1].Is(Part.Image) && all[from - 1].Readings[0].Part != Part.Unknown)
        {
            from--;
        }
        var tail = all.GetRange(from, all.Count - from);
        var only = tail.Exists(l => l.IsGlue("only") || l.Text is "nobody else" or "no one else"
                or "just" or "solely" or "exclusively")
            || tail.Exists(l => l.IsGlue("except") || l.IsGlue("but"))
                && tail.Exists(l => l.Text is "nobody" or "no one")
            || tail.Zip(tail.Skip(1)).Any(p => p.First.Text is "nobody" or "no one" or "none"
                && p.Second.Text is "else");
        return from > 1 && only && tail.TrueForAll(l => !l.IsMention && !l.IsNumber
            && !l.Is(Part.Path) && !l.Is(Part.Image) && !l.Is(Part.Assignment)
            && !l.IsField("memory") && !l.IsVerb("restart") && !l.IsVerb("backup")
            && !l.IsField("user") && !l.Is(Part.Topic, "account") && !l.Is(Part.Topic, "shell")
            && !l.Readings.Any(r => r.Part == Part.Topic
                && r.Key.Contains(" tcp:", StringComparison.Ordinal))) ? (from, sources) : null;
    }

    private static List<Lexeme> Reach(List<Lexeme> sources)
    {
        List<Lexeme> said = [new("only", "only", [new(Part.Glue, "only")])];
        for (var at = 0; at < sources.Count; at++)
        {
            said.AddRange(at == 0 ? [] : [new("and", "and", [new(Part.Glue, "and")])]);
            said.Add(sources[at]);
        }
        return [.. said, new("may reach", "may reach", [new(Part.Topic, "may")])];
    }

    /// <summary>An app by "it", an image by its port on the host.</summary>
    private static List<Lexeme> Gate(List<Lexeme> head)
    {
        if (!head.Exists(l => l.Is(Part.Image)))
        {
            return [new("it", "it", [new(Part.Reference, "it")])];
        }
        var port = head.Find(l => l.Is(Part.PortPair)) is { } pair ? pair.Text.Split(':')[^2]
            : $"{head.Find(l => l is { IsNumber: true, Unit: "", Value: >= 22 })!.Value:0}";
        return [new("port", "port", [new(Part.Field, "port")]),
            new(port, port, [new(Part.Number, port)])
            {
                Value = decimal.Parse(port, System.Globalization.CultureInfo.InvariantCulture),
            }];
    }
}
