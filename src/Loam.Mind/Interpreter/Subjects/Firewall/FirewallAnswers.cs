using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Questions about the firewall, answered by asking the rules.</summary>
internal static class FirewallAnswers
{
    private const int SshPort = 22;

    public static Reply? To(Clause clause, Session session)
    {
        var scan = WishScan.Of(clause);
        var words = scan.Words;
        var book = new RuleBook(session);
        var rules = book.Rules;
        var spec = session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File);
        if (words.Has("ban") && !scan.HasAddress || words.Has("fails"))
        {
            var bans = (spec?.Maps("bans") ?? []).Select(b => $"at {b.Text("service")}, "
                + BanEdits.Text(b)).ToList();
            return Reply.Answer((bans.Count == 0 ? "No bans are declared."
                : $"{Upper(string.Join("; ", bans))}.") + " Which addresses are shut out now, "
                + "`loam bans` lists.");
        }
        if (clause.Question == "whatif" && words.HasText("firewall"))
        {
            return Reply.Answer(rules is { IsDeclared: true, IsEnabled: true }
                ? "Without the firewall everybody reaches every port of this machine. " + Open(
                    rules, session.Draft.State) : "Nothing would change: no firewall is in force.");
        }
        var group = scan.Groups.Find(g => g.HasOperand) ?? new Group();
        var want = new WantResolver(session, clause).Of(group);
        var named = group.Ports.Count > 0;
        if (words.HasText("policy", "no rule") || words.HasText("rule") && words.HasText("no")
            && !named)
        {
            return Reply.Answer(Policies(rules));
        }
        if (want.Flows.Count == 0)
        {
            return Reply.Answer($"I know of no port that {group.Ports[0].Thing?.Text
                ?? group.Ports[0].Name} is on. {Open(rules, session.Draft.State)}");
        }
        if (named || scan.HasAddress)
        {
            return Reply.Answer(scan.HasAddress && want.Sources.Count > 0
                ? From(rules, want, named, session.Draft.State)
                : Reached(rules, want, session.Draft.State) + WhoLogsIn(clause, want, session));
        }
        if (words.Has("out") && clause.Question is "what" or "which")
        {
            return Reply.Answer(Outgoing(rules));
        }
        if (words.Has("rule") || words.Has("out") || words.Has("block") && !words.Has("firewall")
            || clause.Question == "show" && words.Has("firewall"))
        {
            return Reply.Answer(words.Has("block") ? Blocked(rules) : Rules(rules));
        }
        if (words.Has("firewall") && !words.HasText("port", "ports", "traffic"))
        {
            return Reply.Answer(!rules.IsDeclared
                ? "No firewall is declared, so nothing is blocked."
                : rules.IsEnabled ? $"Yes, the firewall is declared and on. {Rules(rules)}"
                : "A firewall is declared, but it is not enabled.");
        }
        return Reply.Answer(Open(rules, session.Draft.State));
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    public static string Policies(FirewallRules rules) => !rules.IsDeclared
        ? "No firewall is declared, so every packet passes."
        : $"What no rule matches: incoming packets {Word(rules.InputPolicy)}, outgoing packets "
            + $"{Word(rules.OutputPolicy)}, forwarded packets {Word(rules.ForwardPolicy)}."
            + (rules.IsEnabled ? "" : " But the firewall is off.");

    private static string Word(FirewallAction action) => action switch
    {
        FirewallAction.Accept => "are accepted",
        FirewallAction.Reject => "are rejected",
        _ => "are dropped",
    };

    /// <summary>"ssh: accept 22 from 10.0.0.0/8".</summary>
    public static string Describe(FirewallRule rule)
    {
        var ports = rule.Ports.IsEmpty ? rule.Protocol is { } only
            ? $" {RuleBook.Word(only)}" : rule.States != ConnectionStates.None
            ? " connections that stand" : " everything"
            : $" {string.Join(", ", rule.Ports.Select(PortNames.Text))}"
                + (rule.Protocol == PacketProtocol.Udp ? "/udp" : "");
        return $"{rule.Name} {rule.Action.ToString().ToLowerInvariant()}s{ports}"
            + (rule.Direction == PacketDirection.Input ? "" : rule.Direction
                == PacketDirection.Output ? " going out" : " passing through")
            + (rule.Sources.IsEmpty ? "" : " from "
                + Wording.List(rule.Sources.Select(PortNames.Text)))
            + (rule.Destinations.IsEmpty ? "" : " to "
                + Wording.List(rule.Destinations.Select(PortNames.Text)))
            + (rule.Interface is null ? "" : $" on {rule.Interface}")
            + (rule.Rate is null ? "" : $", {rule.Rate}");
    }

    private static string Outgoing(FirewallRules rules)
    {
        var own = rules.Rules.Where(r => r.Direction == PacketDirection.Output && !r.IsPlumbing())
            .Select(Describe).Take(24).ToList();
        return !rules.IsDeclared || !rules.IsEnabled ? "Everything may go out."
            : (own.Count == 0 ? "No rule is about what goes out"
                : $"Of what goes out: {string.Join("; ", own)}")
            + $". Other outgoing packets {Word(rules.OutputPolicy)}.";
    }

    private static string Rules(FirewallRules rules)
    {
        if (!rules.IsDeclared)
        {
            return "No firewall is declared, so nothing is blocked.";
        }
        var all = rules.Rules.Where(r => !r.IsPlumbing()).Select(Describe).Take(24).ToList();
        return (rules.IsEnabled ? "" : "The firewall is off. ") + (all.Count == 0
            ? "There are no rules about new connections." : $"In this order: "
            + $"{string.Join("; ", all)}.") + $" Other incoming packets "
            + $"{Word(rules.InputPolicy)}.";
    }

    private static string Blocked(FirewallRules rules)
    {
        if (!rules.IsDeclared || !rules.IsEnabled)
        {
            return rules.IsDeclared ? "The firewall is off, so nothing is blocked."
                : "No firewall is declared, so nothing is blocked.";
        }
        var blocks = rules.Rules.Where(r => r.Action != FirewallAction.Accept)
            .Select(Describe).ToList();
        var open = rules.Rules.Where(r => r.Action == FirewallAction.Accept && !r.IsPlumbing())
            .Select(r => r.Name).ToList();
        return (blocks.Count == 0 ? "No rule blocks anything by itself."
            : $"{string.Join("; ", blocks)}.") + (rules.InputPolicy == FirewallAction.Accept
            ? " Other incoming packets are accepted."
            : $" Everything else that comes in is dropped, but for {Wording.Some(open)}.");
    }

    /// <summary>"Which ports are open?": what the rules let in, and what services publish.
    /// </summary>
    private static string Open(FirewallRules rules, DesiredState state)
    {
        var published = PolicyEdits.Published(state).ToList();
        var ports = published.Select(p => $"{p.Port}{(p.Protocol == PacketProtocol.Udp ? "/udp"
            : "")} ({p.Service})").ToList();
        if (!rules.IsDeclared || !rules.IsEnabled)
        {
            return $"{(rules.IsDeclared ? "The firewall is off" : "No firewall is declared")}, so "
                + "every port is open. " + (ports.Count == 0 ? "No service publishes one."
                : $"Services publish {Wording.List(ports)}.");
        }
        var accepting = rules.Rules.Where(r => r.Direction == PacketDirection.Input
            && r.Action == FirewallAction.Accept && !r.IsPlumbing()).Select(r =>
                Describe(r).Replace($"{r.Name} accepts ", "", StringComparison.Ordinal)
                + $" ({r.Name})").ToList();
        var shut = published.Where(p => rules.IsClosed(new(PacketDirection.Input)
        {
            Protocol = p.Protocol,
            Ports = new(p.Port, p.Port),
        })).Select(p => $"{p.Port} ({p.Service})").ToList();
        return (accepting.Count == 0 ? "The firewall lets no new connection in."
            : $"The firewall lets in {string.Join("; ", accepting)}.")
            + (rules.InputPolicy == FirewallAction.Accept ? " Other ports are open too." : "")
            + (ports.Count == 0 ? "" : $" Services publish {Wording.List(ports)}.")
            + (shut.Count == 0 ? "" : $" Blocked of these: {Wording.List(shut)}.");
    }

    /// <summary>Whether an address gets through, and who decides that.</summary>
    private static string From(FirewallRules rules, Want want, bool named, DesiredState state)
    {
        if (!named)
        {
            return Host(rules, want);
        }
        var said = new List<string>();
        foreach (var flow in want.Flows)
        {
            foreach (var traffic in want.Traffics(flow).Take(8))
            {
                var (rule, action, _) = rules.Outcomes(traffic).Last();
                said.Add(action == FirewallAction.Accept
                    ? $"Yes, {want.Sources[0]} reaches {flow}: {By(rules, rule, action)}."
                    : $"No, {want.Sources[0]} does not reach {flow}: {By(rules, rule, action)}. "
                        + Reach(rules, want with { Sources = [] }, flow));
            }
        }
        return string.Join(" ", said.Distinct().Take(4)) + Listening(want, state);
    }

    private static string Host(FirewallRules rules, Want want)
    {
        var source = PortNames.Parsed(want.Sources[0]);
        var any = new Traffic(PacketDirection.Input) { Source = source };
        var outcomes = rules.Outcomes(any).ToList();
        if (outcomes[0] is { Part: Overlap.Whole } first && first.Action != FirewallAction.Accept)
        {
            return $"{want.Sources[0]} is blocked: {By(rules, first.Rule, first.Action)}.";
        }
        var ports = outcomes.Where(o => o.Action == FirewallAction.Accept && o.Rule is not null)
            .Select(o => Describe(o.Rule!)).ToList();
        return ports.Count == 0 ? $"{want.Sources[0]}: {By(rules, outcomes[^1].Rule,
            outcomes[^1].Action)}."
            : $"{want.Sources[0]} gets through where these rules say so: "
                + $"{string.Join("; ", ports)}. Otherwise {By(rules, outcomes[^1].Rule,
                    outcomes[^1].Action)}.";
    }

    private static string By(FirewallRules rules, FirewallRule? rule, FirewallAction action) =>
        rule is not null ? $"rule {Describe(rule)}"
            : !rules.IsDeclared ? "no firewall is declared"
            : !rules.IsEnabled ? "the firewall is off"
            : $"no rule matches, and then packets {Word(action)}";

    /// <summary>"Who may ssh in?" asks from where, and also which people.</summary>
    private static string WhoLogsIn(Clause clause, Want want, Session session) =>
        clause.Question == "who" && want.Flows.All(
            f => f.Ports is [{ First: SshPort, Last: SshPort }])
            ? $" {People.PeopleAnswers.Logins(new(session.Draft.State))}" : "";

    /// <summary>Who reaches ports, from anywhere or from which networks.</summary>
    private static string Reached(FirewallRules rules, Want want, DesiredState state)
    {
        var said = want.Flows.Select(flow => Reach(rules, want, flow)).Distinct().ToList();
        return string.Join(" ", said) + Listening(want, state)
            + string.Concat(want.Notes.Select(n => $" {n}"));
    }

    private static string Reach(FirewallRules rules, Want want, Flow flow)
    {
        var traffic = want.Traffics(flow).First();
        var outcomes = rules.Outcomes(traffic).ToList();
        var accepting = outcomes.Where(o => o.Action == FirewallAction.Accept).ToList();
        if (accepting.Count == 0)
        {
            return $"{Upper(flow.ToString())} is blocked for everybody: "
                + $"{By(rules, outcomes[^1].Rule, outcomes[^1].Action)}.";
        }
        if (outcomes[^1].Action == FirewallAction.Accept)
        {
            var but = outcomes.Where(o => o.Action != FirewallAction.Accept && o.Rule is not null)
                .Select(o => Describe(o.Rule!)).ToList();
            return $"{Upper(flow.ToString())} is open to everybody: "
                + $"{By(rules, outcomes[^1].Rule, outcomes[^1].Action)}"
                + (but.Count == 0 ? "." : $"; but {string.Join("; ", but)}.");
        }
        return $"{Upper(flow.ToString())} is open only where these rules say so: "
            + $"{string.Join("; ", accepting.Select(o => Describe(o.Rule!)))}.";
    }

    /// <summary>An open door behind which nobody is.</summary>
    private static string Listening(Want want, DesiredState state)
    {
        var services = want.Flows.SelectMany(f => f.Ports.Where(p => p.First == p.Last)
            .SelectMany(p => state.Services.Values.Where(s => s.Ports.Any(o => o.Host == p.First))
                .Select(s => $"{p.First} is published by {s.Name}"
                    + (s.Ports.First(o => o.Host == p.First).Address is { } address
                        && address.StartsWith("127.", StringComparison.Ordinal)
                        ? $" on {address} only, so nobody outside reaches it" : "")))).Distinct()
            .ToList();
        return services.Count == 0 ? "" : $" Port {Wording.List(services)}.";
    }
}
