using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Memory, CPU, processes and replicas: absolute, relative, or vague.</summary>
internal static class LimitReader
{
    private static readonly string[] s_sizes = ["B", "Ki", "Mi", "Gi", "Ti"];

    public static void Read(Clause clause)
    {
        foreach (var (field, limit) in (ReadOnlySpan<(string, LimitKind)>)
            [("memory", LimitKind.Memory), ("cpu", LimitKind.Cpu), ("pids", LimitKind.Pids),
             ("replicas", LimitKind.Replicas)])
        {
            foreach (var at in clause.All(Part.Field).Where(i => clause[i].IsField(field)).ToList())
            {
                if (!clause.IsFree(at))
                {
                    continue;
                }
                // "3 workers", where a service is called so: they are counted, and what it is.
                if (clause[at].Named(Known.Service) is null)
                {
                    clause.Use(at);
                }
                // "The workers ram", written without its apostrophe
                if (limit == LimitKind.Replicas && clause[at].Named(Known.Service) is not null
                    && at + 1 < clause.Count && clause[at + 1].Is(Part.Field))
                {
                    continue;
                }
                // "Restart it at most 3 times"
                if (limit == LimitKind.Replicas && (IsOnlyWord(clause, at)
                    || clause.Verb == "restart" && clause[at].Text is "times"))
                {
                    continue;
                }
                if (limit != LimitKind.Replicas || !IsOneThing(clause, at))
                {
                    Bind(clause, at, limit);
                }
            }
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].IsNumber)
            {
                TakeByUnit(clause, at);
            }
            // "Twice its memory"
            else if (clause.IsFree(at) && clause[at].Key(Part.Amount)?[0] == 'x'
                && !clause.Attributes.Exists(a => a is LimitAttribute)
                && clause.Lexemes.Any(l => !l.IsMention
                    && l.Text.Contains("memory", StringComparison.Ordinal)))
            {
                Add(clause, LimitKind.Memory, at, AmountAt(clause, at, at));
            }
        }
        // "No limits for grafana": neither of memory nor of CPU.
        if (clause.Find(Part.Amount, "unlimited") is var all and >= 0
            && clause[all].Text is "no limits" or "no limit" or "without limit" or "unlimited"
                or "without a limit"
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
            && !clause.Attributes.Exists(a => a is LimitAttribute))
        {
            Add(clause, LimitKind.Memory, all, new(AmountKind.Unlimited, 0, ""));
            Add(clause, LimitKind.Cpu, all, new(AmountKind.Unlimited, 0, ""));
        }
        if (clause.Verb == "scale")
        {
            TakeCount(clause);
        }
        TakeModel(clause);
    }

    /// <summary>"The same memory as prometheus", "twice as much as redis".</summary>
    private static void TakeModel(Clause clause)
    {
        var model = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Role == Role.Model && clause[i].Named(Known.Service) is not null, -1);
        for (var at = 0; model >= 0 && at < clause.Attributes.Count; at++)
        {
            if (clause.Attributes[at] is LimitAttribute { Amount.Kind: AmountKind.More
                or AmountKind.Factor } limit)
            {
                clause.Use(model);
                clause.Attributes[at] = limit with { Like = clause[model].Named(Known.Service) };
            }
        }
    }

    /// <summary>"A vaultwarden instance" is a vaultwarden, not a number of them.</summary>
    private static bool IsOneThing(Clause clause, int at) => clause.Verb is "create" or "have"
        or "start" or "" && clause[at].Text is "instance" or "container" or "node" or "copy"
        && at > 0 && (clause[at - 1].IsMention || clause[at - 1].Readings[0].Part == Part.Noise
            || clause[at - 1].Is(Part.Unknown) || clause[at - 1].IsField("service"))
        && !clause.Lexemes.Any(l => l.Text is "another" or "one more")
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null);

    /// <summary>"512 MB" is memory and "2 cores" is CPU without the field being said.</summary>
    private static void TakeByUnit(Clause clause, int at)
    {
        var lexeme = clause[at];
        var limit = s_sizes.Contains(lexeme.Unit) || lexeme.Unit == "m" ? LimitKind.Memory
            : lexeme.Unit == "core" ? LimitKind.Cpu : (LimitKind?)null;
        if (limit is { } known && !IsOfOther(clause))
        {
            Add(clause, known, at, AmountAt(clause, at, at));
        }
    }

    /// <summary>"An upload limit of 64 MB": not what the service itself may use.</summary>
    private static bool IsOfOther(Clause clause) => Enumerable.Range(1, Math.Max(0,
        clause.Count - 1)).Any(i => clause[i].Text is "limit" or "limits" or "size" or "sizes"
            or "quota" or "maximum" && clause[i - 1].Text is "upload" or "uploads" or "file"
            or "request" or "body" or "attachment" or "attachments" or "post" or "message"
            or "mailbox" or "import" or "download" or "log" or "page");

    private static void TakeCount(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).LastOrDefault(i => clause.IsFree(i)
            && (IsCount(clause[i]) || clause[i].Key(Part.Amount) is { } key && key[0] == 'x'), -1);
        if (at >= 0)
        {
            Add(clause, LimitKind.Replicas, at, AmountAt(clause, at, at));
            return;
        }
        var said = clause.Lexemes.FirstOrDefault(l => l.IsVerb("scale"))?.Text ?? "";
        if (!clause.Attributes.OfType<LimitAttribute>().Any())
        {
            var kind = said.Contains("down", StringComparison.Ordinal)
                || said.EndsWith("in", StringComparison.Ordinal)
                ? AmountKind.Less : AmountKind.More;
            clause.Attributes.Add(
                new LimitAttribute(LimitKind.Replicas, new(kind, 0, "")));
        }
    }

    private static bool IsCount(Lexeme lexeme) => lexeme.IsNumber && lexeme.Unit.Length == 0;

    private static void Bind(Clause clause, int field, LimitKind limit)
    {
        // "Grafana without a memory limit, prometheus with 1 GB": no value is of it.
        if (IsDenied(clause, field) && limit != LimitKind.Replicas)
        {
            clause.Attributes.Add(
                new LimitAttribute(limit, new(AmountKind.Unlimited, 0, "")));
            return;
        }
        var before = clause.NextValue(field, -1);
        var after = clause.NextValue(field);
        // "4 copies" and "half the memory" stand before, "memory to 1 GB" behind.
        var near = Fits(clause, before, limit) && AdjacentBefore(clause, before, field) ? before
            : Fits(clause, after, limit) && !BelongsToNext(clause, after) ? after
            : Fits(clause, before, limit) ? before
            : FarFit(clause, limit);
        if (near >= 0)
        {
            Add(clause, limit, near, AmountAt(clause, near, field));
            return;
        }
        var another = clause.Lexemes.Any(l => l.Text is "another" or "one more" or "a second"
                or "a further")
            || (clause.Verb == "create" && limit == LimitKind.Replicas);
        var fewer = clause.Verb is "remove" or "lower" && limit == LimitKind.Replicas;
        // "A third core", but "a third more memory"
        var counted = limit == LimitKind.Replicas
            || limit == LimitKind.Cpu && clause[field].Text is "core" or "cpu" or "processor";
        var amount = counted && !fewer && CountReader.Ordinal(clause, field - 1) is { } all
                ? new Amount(AmountKind.Absolute, all, "")
            : fewer ? new Amount(AmountKind.Subtract, 1, "")
            : counted && another ? new(AmountKind.Add, 1, "")
            : clause.Denied.Contains(field) || TakesOff(clause)
                ? new(AmountKind.Unlimited, 0, "")
            : clause.Verb is "raise" ? new(AmountKind.More, 0, "")
            : clause.Verb is "lower" ? new(AmountKind.Less, 0, "")
            : clause.Verb is "remove" or "unset" ? new(AmountKind.Unlimited, 0, "")
            : new Amount(AmountKind.More, 0, "");
        clause.Attributes.Add(new LimitAttribute(limit, amount));
    }

    private static bool IsDenied(Clause clause, int field)
    {
        var at = field - 1;
        at -= at > 0 && clause[at].Text is "a" or "any" or "the" or "its" ? 1 : 0;
        return clause.Denied.Contains(field)
            || at >= 0 && clause[at].Text is "no" or "without" or "without a" or "without any";
    }

    /// <summary>"Take the memory limit off", "lift the limit".</summary>
    private static bool TakesOff(Clause clause) => clause.Lexemes.Any(l => l.Text is "off"
        or "away" or "lift" or "lifted" or "drop" or "without" or "let go")
        && clause.Verb is "set" or "stop" or "raise" or "remove" or "";

    private static bool AdjacentBefore(Clause clause, int before, int field) =>
        before >= 0 && !Enumerable.Range(before + 1, field - before - 1)
            .Any(i => clause[i].IsGlue("comma") || clause[i].IsGlue("and"));

    /// <summary>"memory, 2 cores": the number is the next field's.</summary>
    private static bool BelongsToNext(Clause clause, int at)
    {
        var next = at + 1;
        return at > 0 && clause[at - 1].IsGlue("and") && next < clause.Count
            && clause.IsFree(next) && clause[next].Is(Part.Field);
    }

    /// <summary>"memory for redis 512MB": anything with the right unit, if only one does.
    /// </summary>
    private static int FarFit(Clause clause, LimitKind limit)
    {
        var fitting = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && Fits(clause, i, limit)
            && !(clause[i].IsNumber && clause[i].Unit.Length == 0 && limit == LimitKind.Cpu
                && clause.Has(Part.Field, "replicas"))).ToList();
        return fitting.Count > 0 ? fitting[^1] : -1;
    }

    private static bool Fits(Clause clause, int at, LimitKind limit)
    {
        if (!clause.IsFree(at))
        {
            return false;
        }
        var lexeme = clause[at];
        if (!lexeme.IsNumber)
        {
            return lexeme.Is(Part.Amount);
        }
        return limit switch
        {
            LimitKind.Memory => lexeme.Unit is "" or "m" or "percent"
                || s_sizes.Contains(lexeme.Unit),
            LimitKind.Cpu => lexeme.Unit is "" or "m" or "percent" or "core",
            _ => lexeme.Unit is "" or "percent",
        };
    }

    private static void Add(Clause clause, LimitKind limit, int at, Amount amount)
    {
        clause.Use(at);
        clause.Attributes.Add(new LimitAttribute(limit, amount));
    }

    /// <summary>"Shut the api and worker containers down" counts nothing.</summary>
    private static bool IsOnlyWord(Clause clause, int at) => at > 0 && clause[at - 1].IsMention
        && clause[at].Text.EndsWith('s')
        && clause.Verb is "stop" or "start" or "restart" or "remove"
        && !clause.Lexemes.Any(l => l.IsNumber);

    private static Amount AmountAt(Clause clause, int at, int field)
    {
        var lexeme = clause[at];
        // "Quarter the portal's pids limit"
        var part = lexeme is { IsNumber: true, Unit: "", Value: < 1 }
            && !clause[field].IsField("cpu")
            ? lexeme.Readings.Where(r => r.Part == Part.Amount && r.Key[0] == 'x')
                .Select(r => r.Key).FirstOrDefault() : null;
        if (!lexeme.IsNumber || part is not null)
        {
            return Relative(clause, part ?? lexeme.Key(Part.Amount)!, at);
        }
        var by = Enumerable.Range(0, at).Reverse().Take(3).Any(i => clause[i].IsGlue("by"));
        var more = Near(clause, at, "more") || Near(clause, field, "more")
            || clause[Math.Max(0, at - 1)].Text == "another";
        var less = Near(clause, at, "less");
        // "take 28MB away from the cache"
        var away = clause.Lexemes.Any(l => l.IsGlue("from"))
            && (clause.Verb is "remove" or "lower" || clause.Lexemes.Any(l => l.Text == "take"));
        var gone = away || (clause.Verb == "remove" && lexeme.Unit.Length == 0);
        var added = clause.Verb == "create" && clause.Lexemes.Any(l => l.Text == "add")
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
            && clause[field].IsField("replicas");
        var percent = lexeme.Unit == "percent";
        var lowering = clause.Verb == "lower" || less || gone;
        var relative = gone || added || by || more || less || percent;
        if (!relative)
        {
            return new(AmountKind.Absolute, lexeme.Value, lexeme.Unit);
        }
        UseNear(clause, at);
        if (percent || (by && lexeme is { Unit: "", Value: < 1 }))
        {
            var share = percent ? lexeme.Value / 100 : lexeme.Value;
            var raising = more || clause.Verb == "raise" || !percent;
            return new(AmountKind.Factor, lowering ? 1 - share : raising ? 1 + share : share, "");
        }
        return new(lowering ? AmountKind.Subtract : AmountKind.Add, lexeme.Value, lexeme.Unit);
    }

    private static Amount Relative(Clause clause, string key, int at)
    {
        if (key[0] == 'x' && decimal.TryParse(key.AsSpan(1), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var factor))
        {
            return new(AmountKind.Factor, factor, "");
        }
        var counted = at > 0 && clause.IsFree(at - 1) && clause[at - 1].IsNumber;
        if (counted && key is ("more" or "less"))
        {
            clause.Use(at - 1);
            if (clause[at - 1].Unit == "percent")
            {
                var part = clause[at - 1].Value / 100;
                return new(AmountKind.Factor, key == "more" ? 1 + part : 1 - part, "");
            }
            return new(key == "more" ? AmountKind.Add : AmountKind.Subtract,
                clause[at - 1].Value, clause[at - 1].Unit);
        }
        return key switch
        {
            "unlimited" => new(AmountKind.Unlimited, 0, ""),
            "less" => new(AmountKind.Less, 0, ""),
            _ => NumberAfter(clause, at) ?? new(AmountKind.More, 0, ""),
        };
    }

    /// <summary>"more memory: 512MB".</summary>
    private static Amount? NumberAfter(Clause clause, int at)
    {
        var next = Enumerable.Range(at, clause.Count - at)
            .FirstOrDefault(i => clause.IsFree(i) && clause[i].IsNumber
                && (clause[i].Unit.Length > 0 || clause[i - 1].IsGlue("comma")), -1);
        if (next < 0)
        {
            return null;
        }
        clause.Use(next);
        return new(AmountKind.Absolute, clause[next].Value, clause[next].Unit);
    }

    private static bool Near(Clause clause, int at, string key) =>
        (at > 0 && clause[at - 1].Is(Part.Amount, key))
        || (at + 1 < clause.Count && clause[at + 1].Is(Part.Amount, key));

    private static void UseNear(Clause clause, int at)
    {
        foreach (var near in (int[])[at - 1, at + 1])
        {
            if (near >= 0 && near < clause.Count && (clause[near].Is(Part.Amount, "more")
                || clause[near].Is(Part.Amount, "less")))
            {
                clause.Use(near);
            }
        }
    }
}
