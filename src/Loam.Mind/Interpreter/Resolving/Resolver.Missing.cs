using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What a clause leaves open: the field from the turn before, or what the verb wants.
/// </summary>
internal sealed partial class Resolver
{
    /// <summary>A number up to this may count copies.</summary>
    private const int MostCopies = 50;

    /// <summary>Ports below are those of well-known services.</summary>
    private const int WellKnown = 1024;

    /// <summary>"make that 4", "on 8080 instead": the field is that of the turn before.</summary>
    private void Revised(Clause clause)
    {
        Counts(clause);
        CopiesByNumber(clause);
        PortsByNumber(clause);
        PortsDenied(clause);
        PortsRemoved(clause);
        VersionsByPlace(clause);
        VersionsByForm(clause);
        foreach (var bare in clause.Attributes.OfType<BareAttribute>().ToList())
        {
            var earlier = turn.TakeWhile(c => c != clause);
            var like = session.Undone.Concat(session.LastWishes).Concat(earlier).Reverse()
                .SelectMany(c => c.Attributes.AsEnumerable().Reverse())
                .Select(a => Like(a, bare, clause)).FirstOrDefault(a => a is not null);
            like ??= Asked(bare, clause);
            if (like is not null)
            {
                clause.Attributes[clause.Attributes.IndexOf(bare)] = like;
            }
        }
    }

    /// <summary>"How much memory has redis?", "give it twice as much": what was asked about.
    /// </summary>
    private LimitAttribute? Asked(BareAttribute bare, Clause clause)
    {
        if (bare.Unit.Length == 0)
        {
            return null;
        }
        return About([.. session.LastSaid.Where(c => c.Question is not null), .. turn,
                .. clause.Told], bare, clause)
            // "Twice as much": of the amounts a service has, only memory is said like that.
            ?? (bare.Unit == "x" && bare.Text.Split(' ')[^1] is "much" or "has" or "now"
                ? new(LimitKind.Memory, new(AmountKind.Factor, bare.Value, "")) : null);
    }

    private static LimitAttribute? About(
        IReadOnlyList<Clause> said, BareAttribute bare, Clause clause)
    {
        foreach (var (field, limit) in (ReadOnlySpan<(string, LimitKind)>)
            [("memory", LimitKind.Memory), ("cpu", LimitKind.Cpu),
             ("replicas", LimitKind.Replicas)])
        {
            if (said.Any(c => c.Lexemes.Any(l => l.IsField(field)
                    || l.Text.Split(' ').Contains(field))))
            {
                return new(limit, bare.Unit == "x" ? new(AmountKind.Factor, bare.Value, "")
                    : new(Compared(clause), bare.Value, bare.Unit));
            }
        }
        return null;
    }

    /// <summary>"How many copies of the api run?", "two more": a number without a unit is of what
    /// was asked right before.</summary>
    private void Counts(Clause clause)
    {
        if (session.LastSaid is not [{ Question: not null, Subject: null } asked]
            || clause.Attributes is not [BareAttribute { Unit: "" } bare])
        {
            return;
        }
        var limit = About([asked], bare, clause);
        if (limit is { Limit: LimitKind.Cpu or LimitKind.Replicas })
        {
            clause.Attributes[0] = limit;
        }
        else if (limit is null && asked.Lexemes.Any(l => l.IsField("port"))
            && decimal.IsInteger(bare.Value) && bare.Value is > 0 and < 65536)
        {
            clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
            clause.Attributes[0] =
                new PortAttribute((int)bare.Value, null, "on", false, null, null);
        }
    }

    /// <summary>"Two more": so much on top of what there is.</summary>
    private static AmountKind Compared(Clause clause)
    {
        var words = clause.Lexemes.Select(l => l.Text.Split(' ')[^1]).ToList();
        return words.Contains("more") ? AmountKind.Add
            : words.Contains("less") || words.Contains("fewer") ? AmountKind.Subtract
            : AmountKind.Absolute;
    }

    /// <summary>"Ingest 2 → 3", where two of it run.</summary>
    private void CopiesByNumber(Clause clause)
    {
        if (clause.Attributes.OfType<BareAttribute>().Where(b => b.Unit.Length == 0).ToList()
                is [var had, var gets] && had.Value != gets.Value && gets.Value <= MostCopies
            && clause.Lexemes.Any(l => l.IsGlue("to")) && clause.Targets is [{ } only]
            && Targets.Candidates(only) is [var many]
            && _draft.State.Services[many].Replicas == had.Value)
        {
            clause.Attributes.Remove(had);
            clause.Attributes[clause.Attributes.IndexOf(gets)] = new LimitAttribute(
                LimitKind.Replicas, new(AmountKind.Absolute, gets.Value, ""));
        }
    }

    /// <summary>"change web's 8443 to 443": a number that web publishes is a port.</summary>
    private void PortsByNumber(Clause clause)
    {
        var bare = clause.Attributes.OfType<BareAttribute>()
            .Where(b => b.Unit.Length == 0 && b.Value is > 0 and < 65536).ToList();
        // "3005 for git instead of 3000"
        var former = clause.Attributes.FindIndex(a => a is PortAttribute
            { First: not null, Second: null, Link: "insteadof" });
        if (former >= 0 && bare is [var put])
        {
            clause.Attributes[former] = new PortAttribute(
                ((PortAttribute)clause.Attributes[former]).First, (int)put.Value, "from", false,
                null, null);
            clause.Attributes.Remove(put);
            return;
        }
        if (bare is not [var from, var to]
            || clause.Targets.SelectMany(Targets.Candidates).Distinct().ToList() is not [var name]
            || !_draft.State.Services[name].Ports.Any(p => p.Host == (int)from.Value))
        {
            return;
        }
        clause.Attributes.Remove(to);
        clause.Attributes[clause.Attributes.IndexOf(from)] = new PortAttribute(
            (int)from.Value, (int)to.Value, "from", false, null, null);
    }

    /// <summary>"Prometheus should not be on 9090 any more".</summary>
    private static void PortsDenied(Clause clause)
    {
        var not = Enumerable.Range(0, clause.Count).FirstOrDefault(at => clause.IsFree(at)
            && clause[at].IsGlue("not") && clause[at].Text.Split(' ')[0] is "should" or "must"
                or "may" or "no" or "need", -1);
        if (not >= 0 && clause is { Verb: "", Attributes: [PortAttribute { First: not null,
            Second: null, Link: "" or "on" }] })
        {
            clause.Verb = "unpublish";
            clause.Use(not);
        }
    }

    /// <summary>"Take 9001 away", where that is published.</summary>
    private void PortsRemoved(Clause clause)
    {
        if (clause is not { Verb: "remove" or "unpublish", Attributes: [BareAttribute { Unit: "" }
            bare] } || !decimal.IsInteger(bare.Value)
            // "9001 is no longer used" only says why.
            || clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part
                is not (Part.Noise or Part.Glue))?.Is(Part.Verb) != true)
        {
            return;
        }
        var names = Meant(clause);
        if ((names.Count > 0 ? names.Select(n => _draft.State.Services[n])
            : _draft.State.Services.Values).Any(s => s.Ports.Any(p => p.Host == (int)bare.Value)))
        {
            clause.Verb = "unpublish";
            clause.Attributes[0] =
                new PortAttribute((int)bare.Value, null, "from", false, null, null);
        }
    }

    /// <summary>The services a clause names, or that were spoken of.</summary>
    private List<string> Meant(Clause clause)
    {
        var names = clause.Targets.SelectMany(Targets.Candidates).Distinct().ToList();
        return names.Count == 0 && clause.Targets.TrueForAll(t => t.Reference is "it" or "them")
            ? [.. Focus.Where(_draft.State.Services.ContainsKey)] : names;
    }

    /// <summary>"Move it to 17", where it runs 16 and nothing of it is called a port.</summary>
    private void VersionsByPlace(Clause clause)
    {
        if (clause is { Verb: "move" or "set" or "have" or "upgrade", Attributes: [PortAttribute
                { First: { } number, Second: null, Link: "to" or "on", Protocol: null }] }
            && number < WellKnown && !clause.Lexemes.Any(l => l.IsField("port"))
            && Meant(clause) is [var name] && _draft.State.Services[name] is var service
            && !service.Ports.Any(p => p.Host < WellKnown) && IsLikeVersion(
                $"{number}", Images.VersionOf(service.Image.Tag)))
        {
            clause.Attributes[0] = new VersionAttribute($"{number}");
        }
    }

    /// <summary>"bump gitea to 1.23", where it runs 1.22: a number like its version is one; of
    /// what is new, a large one is its port.</summary>
    private void VersionsByForm(Clause clause)
    {
        var bare = clause.Attributes.OfType<BareAttribute>()
            .Where(b => b.Unit.Length == 0 || b.Unit == "x" && IsOften(b.Text)).ToList();
        if (bare is not [var only] || clause.Verb is "scale")
        {
            return;
        }
        var names = Meant(clause);
        var at = clause.Attributes.IndexOf(only);
        if (Counted(clause, only, names) is { } copies)
        {
            clause.Attributes[at] = new LimitAttribute(
                LimitKind.Replicas, new(AmountKind.Absolute, copies, ""));
            return;
        }
        if (only.Unit.Length > 0)
        {
            return;
        }
        if (names is [var further] && IsFurther(clause, only, further))
        {
            clause.Verb = "publish";
            clause.Attributes[at] = new PortAttribute((int)only.Value, null, "", false, null, null);
            return;
        }
        // "Make it 8080": nothing else of it is counted like that.
        if (names is [var one] && decimal.IsInteger(only.Value)
            && only.Value is (>= 1024 and < 65536) or 80 or 443
            && clause.Verb is "" or "set" or "move" or "have"
            && _draft.State.Services[one].Ports.Count(p => p.Host is not null) == 1
            && !session.LastWishes.Concat(turn.TakeWhile(c => c != clause)).SelectMany(
                c => c.Attributes).Any(a => a is LimitAttribute or SettingAttribute))
        {
            clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
            clause.Attributes[at] =
                new PortAttribute((int)only.Value, null, "on", false, null, null);
            return;
        }
        var uses = names.Count == 1 && clause.Lexemes.Any(l => l.Text is "use" or "uses")
            && _draft.State.Services[names[0]].Ports.Count(p => p.Host is not null) == 1;
        if ((uses || (names.Count == 0 && clause.Verb is "create" or "have" or ""
            && clause.Targets.Exists(IsMakeable)))
            && only.Value is (>= 1024 and < 65536) or 80 or 443)
        {
            clause.Attributes[at] =
                new PortAttribute((int)only.Value, null, "on", false, null, null);
            return;
        }
        var like = names.Count > 0 && names.TrueForAll(n => IsLikeVersion(only.Text,
            Images.VersionOf(_draft.State.Services[n].Image.Tag)));
        if (like && clause.Verb is "upgrade" or "downgrade" or "raise" or "set" or "move" or ""
            or "have" or "lower" or "replace")
        {
            clause.Attributes[at] = new VersionAttribute(only.Text);
        }
    }

    /// <summary>How many copies a bare number means; null: it counts none.</summary>
    private decimal? Counted(Clause clause, BareAttribute only, List<string> names)
    {
        // "Ingest to four": no port and no version is written in letters.
        if (names.Count > 0 && only.Value is > 0 and <= MostCopies && only.Unit.Length == 0
            && only.Text.All(c => char.IsAsciiLetter(c) || c == ' ')
            && (clause.Verb is "" or "set" or "lower" or "raise" or "have" or "start"
                || clause.Verb == "create" && clause.Lexemes.Any(l => l.IsGlue("of"))
                    && clause.Lexemes.Any(l => l.Is(Part.Reference))))
        {
            return only.Value;
        }
        // "The worker twice", "make sure that the api runs three times"
        if (only.Unit == "x")
        {
            return names.Count == 1 && only.Value >= 2 && decimal.IsInteger(only.Value)
                && IsOften(only.Text) && clause.Attributes.Count == 1 && (clause.IsInherited
                    || clause.Verb is "" or "have" or "start" or "set" or "create")
                    ? only.Value : null;
        }
        // "Portal down to one": no port and no version comes down.
        return only.Value is > 0 and <= MostCopies && decimal.IsInteger(only.Value)
            && clause.Verb is "" or "set" or "lower" or "raise"
            && clause.Lexemes.Any(l => l.Text is "down to" or "up to")
            && !names.Exists(n => IsLikeVersion(only.Text,
                Images.VersionOf(_draft.State.Services[n].Image.Tag))) ? only.Value : null;
    }

    /// <summary>"Twice", "three times", "x4": how often, not how much.</summary>
    private static bool IsOften(string text) => text.Split(' ')[^1].ToLowerInvariant()
            is "twice" or "thrice" or "times" || text.Contains("times ", StringComparison.Ordinal)
        || text.Length == 2 && text.Contains('x', StringComparison.OrdinalIgnoreCase);

    /// <summary>"Caddy also needs 8443": one more port.</summary>
    private bool IsFurther(Clause clause, BareAttribute only, string name) =>
        decimal.IsInteger(only.Value) && only.Value is >= 1024 and < 65536
        && (clause.Verb is "have" or "" or "set" && clause.Lexemes.Any(l => l.IsGlue("also"))
            || clause.Verb is "create" && clause.Lexemes.Any(l => l.Text is "add"))
        && _draft.State.Services[name].PublishesPorts;

    /// <summary>As many parts, and the first one near; a whole number only where the present
    /// version is one.</summary>
    private static bool IsLikeVersion(string said, string present)
    {
        var (one, two) = (said.TrimStart('v').Split('.'), present.Split('.'));
        return int.TryParse(one[0], out var major) && int.TryParse(two[0], out var now)
            && (one.Length > 1 || two.Length == 1) && Math.Abs(major - now) <= 5 && major > 0;
    }

    private static ClauseAttribute? Like(ClauseAttribute before, BareAttribute bare, Clause clause)
    {
        switch (before)
        {
            case LimitAttribute limit when bare.Unit == "x":
                return limit with { Amount = new(AmountKind.Factor, bare.Value, "") };
            case LimitAttribute limit when bare.Unit.Length == 0 || limit.Limit != LimitKind.Pids:
                var unit = bare.Unit.Length > 0 ? bare.Unit
                    // "1 GB", "hmm, only 768"
                    : limit.Amount is { Unit: "Gi", Value: < 64 } && bare.Value >= 128 ? "Mi"
                    : limit.Amount.Unit;
                return limit with { Amount = new(AmountKind.Absolute, bare.Value, unit) };
            case PortAttribute when bare.Unit.Length == 0 && bare.Value is > 0 and < 65536:
                clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
                return new PortAttribute((int)bare.Value, null, "on", false, null, null);
            case SettingAttribute setting when bare.Unit.Length == 0:
                return setting with { Value = bare.Text };
            case VersionAttribute:
                return new VersionAttribute(bare.Text);
            // "SESSION_MINUTES to 10", "15 will do"
            case VariableAttribute { Value: [_, ..] value } variable
                when bare.Unit.Length == 0 && value.All(char.IsAsciiDigit)
                    && decimal.IsInteger(bare.Value):
                return variable with { Value = $"{bare.Value:0}" };
            default:
                return null;
        }
    }

    /// <summary>A verb that wants more than a name.</summary>
    private Reply Bare(Clause clause, List<string> names)
    {
        var service = _draft.State.Services[names[0]];
        if (Persists(clause) && names.Count == 1 && MountEdits.Keep(_draft, service) is { } kept)
        {
            foreach (var at in Enumerable.Range(0, clause.Count).Where(at => IsLasting(clause[at])
                || clause[at].IsField("data") || clause[at].IsField("volume")))
            {
                clause.Use(at);
            }
            return kept;
        }
        switch (clause.Verb)
        {
            case "" or "have" when service.Replicas == 0 && names.Count == 1
                && clause.Lexemes.Any(l => l.Text.Split(' ')[0] is "again" or "back")
                && clause.Lexemes.All(l => l.IsMention || l.Is(Part.Noise) || l.Is(Part.Glue)
                    || l.IsVerb("have")):
                return LifeEdits.Start(_draft, service);
            case "create" or "have" or "" when Open(clause) is { } open:
                return Reply.Ask($"What shall the {open} of {Wording.List(names)} be?", []);
            case "create" or "have" or "":
                if (clause.Verb.Length == 0 && clause.Lexemes.All(
                    l => l.IsMention || l.Readings[0].Part == Part.Noise))
                {
                    return Reply.Ask($"What shall I do with {Wording.List(names)}?",
                        [$"restart {names[0]}", $"stop {names[0]}", $"show {names[0]}"]);
                }
                return clause.Verb.Length == 0 && clause.Targets.All(t => t.Reference is null)
                    ? Unclear(clause, names, turn.Count == 1)
                    : Reply.Same($"{Wording.List(names)}{Runs(clause, names)} "
                        + $"{(names.Count == 1 ? "is" : "are")} "
                        + $"already there. Say \"another {names[0]}\" for a second one.");
            case "publish" or "unpublish" or "move":
                return new PortEdits(_draft, service, clause).Apply(
                    Added(clause, new(null, null, "", false, null, null)));
            case "upgrade" or "downgrade":
                return WhichVersion(clause, service);
            case "connect" when names.Count > 1:
                return ConnectAll(names);
            case "limit" or "raise" or "lower":
                return Reply.Ask($"What of {names[0]} shall I change: memory, CPU or the number "
                    + "of copies, and to how much?", ["memory 512MB", "1 core"]);
            default:
                return Reply.Ask($"What shall I change of {Wording.List(names)}?",
                    ["memory", "port", "version"]);
        }
    }

    /// <summary>"Give grafana a volume", "keep its data in a volume", "make it persistent".
    /// </summary>
    private static bool Persists(Clause clause)
    {
        var volume = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(
            at => clause.IsFree(at) && clause[at].IsField("volume") && !clause[at].IsMention
                && clause[at - 1].Text.Split(' ')[^1] is "a" or "own" or "persistent" or "named",
            -1);
        var lasting = Enumerable.Range(0, clause.Count).FirstOrDefault(at => clause.IsFree(at)
            && IsLasting(clause[at]), -1);
        if (clause.Negated || clause.Verb is not ("create" or "have" or "set" or "" or "mount")
            || volume < 0 && lasting < 0)
        {
            return false;
        }
        return true;
    }

    private static bool IsLasting(Lexeme lexeme) => lexeme.Text is "persistent" or "persist"
        or "persists" or "durable" or "permanent" or "persisted" or "persistently"
        or "permanently";

    /// <summary>Something is said of it that means nothing here.</summary>
    private static Reply Unclear(Clause clause, List<string> names, bool asks) =>
        !asks || clause.Lexemes.Any(l => l.Is(Part.Unknown)) || clause.Count > 6
            ? new(ReplyKind.Unclear, "")
            : Reply.Ask($"What shall I do with {Wording.List(names)}?",
                [$"restart {names[0]}", $"stop {names[0]}", $"show {names[0]}"]);

    /// <summary>"Another port", "a volume": a field that was named, and nothing of it.</summary>
    private static string? Open(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && !clause[i].IsMention && !clause[i].Is(Part.Noise) && !clause[i].Is(Part.Glue)
            && clause[i].Key(Part.Field) is { } field && field is not ("service" or "status"
                or "name" or "always" or "automatic" or "onfailure" or "log" or "internal"), -1);
        return at < 0 ? null : clause[at].Text;
    }

    /// <summary>"frontend, which runs nginx,": asked for by what it runs.</summary>
    private static string Runs(Clause clause, List<string> names) =>
        names.Count == 1 && clause.Targets is [{ } target]
            && target.Named(Known.App) is { } app && app != names[0]
            ? $", which runs {app}," : "";

    private static PortAttribute Added(Clause clause, PortAttribute port)
    {
        clause.Attributes.Add(port);
        return port;
    }

    private static Reply WhichVersion(Clause clause, Service service)
    {
        var app = AppCatalog.ByImage(service.Image);
        var newer = app?.Majors.Where(m => m != Images.VersionOf(service.Image.Tag)).ToList() ?? [];
        return Reply.Ask($"To which version shall I take {service.Name}? It runs "
            + $"{service.Image.Tag} now; `loam update {service.Name}` fetches the newest build of "
            + "that.", newer, answer =>
            {
                var version = answer.Attributes.OfType<VersionAttribute>().FirstOrDefault()?.Version
                    ?? answer.Attributes.OfType<BareAttribute>().FirstOrDefault()?.Text;
                if (version is null)
                {
                    return false;
                }
                clause.Attributes.Add(new VersionAttribute(version));
                return true;
            });
    }

    private Reply ConnectAll(List<string> names)
    {
        var services = names.Select(n => _draft.State.Services[n]).ToList();
        var shared = services.Select(s => s.Networks.AsEnumerable())
            .Aggregate((a, b) => a.Intersect(b)).FirstOrDefault();
        if (shared is not null || services.All(s => s.Networks.IsEmpty))
        {
            return Reply.Same($"{Wording.List(names)} already reach each other by name.");
        }
        var network = services.SelectMany(s => s.Networks).First();
        foreach (var service in services.Where(s => !s.Networks.Contains(network)))
        {
            _draft.Append("services.yaml", Draft.Path(service.Name, "networks"),
                Core.StateFiles.Editing.EditValue.Of(network));
        }
        return Reply.Done($"put {Wording.List(names)} on the network {network}");
    }
}
