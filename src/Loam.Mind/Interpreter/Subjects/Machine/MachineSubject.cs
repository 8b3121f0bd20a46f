using System.Net;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

internal enum MachineTopic { Hostname, Timezone, Dns, Search, Interface, Model, Safety, Observe,
    Registry, Setting }

/// <summary>Which setting of the machine a clause is about; its values stay in the clause.
/// </summary>
internal sealed record MachineAttribute(MachineTopic Topic) : ClauseAttribute;

/// <summary>Name servers that are said right behind an interface's address.</summary>
internal sealed record InterfaceNamesAttribute(string Interface) : ClauseAttribute;

/// <summary>Name servers are wished for a service.</summary>
internal sealed record ServiceNamesAttribute(string Service) : ClauseAttribute;

/// <summary>The machine itself: its name and place, its interfaces, and what the manifest says of
/// models, safety, observation and registries.</summary>
internal sealed class MachineSubject : ISubject
{
    public Vocabulary Words { get; } = new("machine");

    public static readonly MachineSubject Instance = new();

    public double Claim(Clause clause, Discourse said) => Of(clause, said) switch
    {
        _ when OfService(clause) => 0.98,
        _ when DnsEdits.Swaps(clause, said.Session.Draft) => 0.96,
        _ when GoesOn(clause, said) => 0.93,
        null => 0,
        MachineTopic.Interface when InterfaceEdits.IsPlain(clause) => 0.97,
        _ => 0.7,
    };

    /// <summary>"… and drop 9.9.9.9": said of name servers, after name servers.</summary>
    private bool GoesOn(Clause clause, Discourse said) => said.Continues(this)
        && LastTopic(said) == MachineTopic.Dns && clause.Lexemes.Any(l => l.Is(Part.Address))
        && clause.Verb is "" or "set" or "have" or "create" or "remove" or "replace"
        && !clause.Lexemes.Any(l => l.IsNumber || l.IsMention || l.IsGlue("from")
            || l.Is(Part.Topic, "firewall") || l.Is(Part.Topic, "interface"));

    private static MachineTopic? LastTopic(Discourse said) =>
        said.Before.Concat(said.Before.Count > 0 ? [] : said.Session.LastWishes)
            .SelectMany(c => c.Attributes).OfType<MachineAttribute>().LastOrDefault()?.Topic;

    /// <summary>"Dns for the worker 1.1.1.1": services have no such field.</summary>
    private static bool OfService(Clause clause)
    {
        var dns = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "dns")
            && l.Text.Split(' ')[0] is "dns" or "name" or "nameserver" or "nameservers"
                or "resolver" or "resolvers");
        return dns >= 0 && clause.Question is null && clause.Verb is "" or "set" or "have" or "give"
            && clause.Lexemes.Any(l => l.Is(Part.Address))
            && Enumerable.Range(dns + 1, Math.Max(0, clause.Count - dns - 2)).Any(
                i => (clause[i].IsGlue("for") || clause[i].IsGlue("of"))
                    && clause[i + 1].Named(Known.Service) is not null)
            && !clause.Lexemes.Any(l => l.Is(Part.Cidr) || l.IsField("port") || l.IsNumber
                || l.IsGlue("from") || l.IsField("firewall") || l.Is(Part.Topic, "allow"));
    }

    public void Read(Clause clause, Discourse said)
    {
        if (OfService(clause))
        {
            clause.Attributes.Add(new ServiceNamesAttribute(clause.Lexemes.Select(
                l => l.Named(Known.Service)).First(n => n is not null)!));
            clause.Explains();
            return;
        }
        // "Remove it" is given to what was spoken of before, whatever its words say.
        if ((Of(clause, said) ?? LastTopic(said)) is { } topic)
        {
            clause.Attributes.Add(new MachineAttribute(topic));
            MachineValues.Take(clause, topic);
            // "Call it attic, put it on Berlin time"
            if (topic == MachineTopic.Timezone && IsNamed(clause, said))
            {
                clause.Attributes.Insert(0, new MachineAttribute(MachineTopic.Hostname));
                MachineValues.Take(clause, MachineTopic.Hostname);
            }
            // "Eth0 static …, gateway …, dns 1.1.1.1"
            if (topic == MachineTopic.Dns && clause[0].Text is "dns" or "and"
                && said.Before is [.., var before] && before.Attributes.OfType<MachineAttribute>()
                    .Any(a => a.Topic == MachineTopic.Interface)
                && before.Lexemes.Select(InterfaceEdits.NameOf).LastOrDefault(n => n is not null)
                    is { } name && before.Lexemes.Any(l => l.Is(Part.Topic, "gateway")))
            {
                clause.Attributes.Add(new InterfaceNamesAttribute(name));
            }
            // "Name servers 9.9.9.9, search lan.example"
            if (topic == MachineTopic.Dns && clause.Lexemes.ToList().FindIndex(l => l.Text
                == "search" || l.Is(Part.Topic, "search")) is >= 0 and var search
                && DnsEdits.Searched(clause).Count > 0)
            {
                clause.Use(search);
                clause.Attributes.Add(new MachineAttribute(MachineTopic.Search));
                MachineValues.Take(clause, MachineTopic.Search);
            }
            // "Hostname fjord, oslo time"
            if (topic == MachineTopic.Hostname && Zones.SaysTime(clause.Lexemes))
            {
                clause.Attributes.Add(new MachineAttribute(MachineTopic.Timezone));
                MachineValues.Take(clause, MachineTopic.Timezone);
            }
        }
        clause.Sweep();
    }

    private MachineTopic? Of(Clause clause, Discourse said) =>
        GoesOn(clause, said) || DnsEdits.Swaps(clause, said.Session.Draft) || TakesServer(clause)
            ? MachineTopic.Dns : Said(clause, said);

    /// <summary>"Its time zone": of what was spoken of.</summary>
    private static bool OfIt(IReadOnlyList<Lexeme> all) => Enumerable.Range(1, all.Count - 1).Any(
        at => all[at].Is(Part.Topic, "timezone") && all[at - 1].Text is "its" or "their");

    /// <summary>"From docker hub: IMAGE, publish 8081:80": something is to run.</summary>
    private static bool Runs(IReadOnlyList<Lexeme> all) =>
        all.Any(l => l.Is(Part.Image) && l.Text.Contains('/', StringComparison.Ordinal))
        && all.Any(l => l.Is(Part.PortPair) || l.IsField("name") || l.IsGlue("as"));

    private static bool IsReached(IReadOnlyList<Lexeme> all) => all.Any(
        l => l.Is(Part.Address) || l.Is(Part.Url) || l.Is(Part.PortPair));

    private MachineTopic? Said(Clause clause, Discourse said)
    {
        var all = clause.Lexemes;
        if (all.Any(l => l.Is(Part.Foreign) && (!l.Is(Part.Topic)
            || l.Is(Part.Foreign, "unsafe") && clause.Negated)))
        {
            return null;
        }
        bool Says(string topic) => all.Any(l => l.Is(Part.Topic, topic));
        bool Begins(string prefix) => all.Any(l => l.Readings.Any(r => r.Part == Part.Topic
            && r.Key.StartsWith(prefix, StringComparison.Ordinal)));
        var service = IsOfThings(all);
        var app = all.Any(l => l.Is(Part.Image)) || all.Any(l => l.Named(Known.App) is not null
            && !l.Is(Part.Topic));
        if (InterfaceEdits.IsPlain(clause) || IsRemoved(clause) && !service)
        {
            return MachineTopic.Interface;
        }
        if (!service && SettingEdits.Of(clause) is not null)
        {
            return MachineTopic.Setting;
        }
        if (Says("timezone") && said.Session.Focus.Count > 0 && OfIt(all))
        {
            return null;
        }
        var number = all.Any(l => l.IsNumber);
        if (number && Says("loglines") || service || IsOfFirewall(all))
        {
            return number && Says("loglines") ? MachineTopic.Observe : null;
        }
        if (Says("search") || Says("dns") || Searches(clause, said))
        {
            return app || IsOfPackets(all) ? null : Searches(clause, said)
                || Says("search") && !(Says("dns") && all.Any(l => l.Is(Part.Address)))
                    ? MachineTopic.Search : MachineTopic.Dns;
        }
        var address = Begins("resolver:") && all.Any(l => l.Is(Part.Address));
        if (address || InterfaceEdits.Speaks(clause))
        {
            return address ? MachineTopic.Dns : MachineTopic.Interface;
        }
        if ((Says("registry") && clause.Verb != "create" && !Runs(all)) || Says("mirror"))
        {
            return MachineTopic.Registry;
        }
        if (Parsing.Attributes.ZoneReader.Speaks(clause, said))
        {
            return null;
        }
        if (Says("timezone") || (Says("zone") && !number || Says("located"))
            && Zones.Find(clause).Count > 0 || !number && !app && !Says("hostname")
                && Zones.SaysTime(all))
        {
            return (app || IsVariable(all)) && !NamesMachine(clause) && !Says("hostname")
                ? null : MachineTopic.Timezone;
        }
        if ((NamesMachine(clause) || Says("hostname")) && !app || IsNamed(clause, said))
        {
            return !NamesMachine(clause) && all.Any(l => l.Text is "new name")
                && all.Any(l => l.Is(Part.Topic, "account")) ? null : MachineTopic.Hostname;
        }
        if (Guarded(clause) is { } guarded)
        {
            return guarded;
        }
        return Says("llm") || ModelEdits.NamesModel(clause, said.Session.Draft)
            || Begins("provider:") && (Says("cloud") || IsReached(all)) ? MachineTopic.Model
            : GoesOnWithAddress(clause, said) ? MachineTopic.Interface : null;
    }

    private static bool IsOfThings(IReadOnlyList<Lexeme> all) => all.Any(l =>
        (l.Named(Known.Service) ?? l.Named(Known.User) ?? l.Named(Known.Certificate)) is not null);

    /// <summary>"Name servers 9.9.9.9; search lan.example".</summary>
    private bool Searches(Clause clause, Discourse said) => said.Continues(this)
        && LastTopic(said) == MachineTopic.Dns && clause[0].Text == "search"
        && DnsEdits.Searched(clause).Count > 0;

    /// <summary>"Drop 1.1.1.1 from the DNS servers".</summary>
    private static bool TakesServer(Clause clause) => clause.Verb == "remove"
        && clause.Lexemes.Any(l => l.Is(Part.Address))
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "dns") && l.Text.Contains("server",
            StringComparison.Ordinal));

    /// <summary>"Block everything except dns" is about packets.</summary>
    private static bool IsOfFirewall(IReadOnlyList<Lexeme> all) =>
        all.Any(l => l.Is(Part.Topic, "block") || l.IsField("firewall"));

    private bool GoesOnWithAddress(Clause clause, Discourse said) =>
        said.Continues(this) && clause.Verb is "" or "set" or "have"
        && !clause.Lexemes.Any(l => l.IsNumber)
        && clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr));

    /// <summary>"Its TZ", "grafana with TZ Europe/Berlin".</summary>
    private static bool IsVariable(IReadOnlyList<Lexeme> all) => all.Any(l => l.Text is "tz")
        && all.Any(l => l.Text is "its" || l.Named(Known.App) is not null);

    /// <summary>"Rename it to hut", "call it attic", where nothing was spoken of that it could
    /// be.</summary>
    private static bool IsNamed(Clause clause, Discourse said) => clause.Question is null
        && (clause.Verb == "rename" && clause.Lexemes.Any(l => l.IsGlue("to"))
            || clause.Lexemes.Any(l => l.Text is "call it" or "name it"
                || l.IsField("name") && l.Text is "call" or "name"))
        && !clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Image) || l.IsField("user")
            || l.Is(Part.Topic, "job") || l.Is(Part.Topic, "rule") || l.IsField("volume")
            || l.IsField("service") || l.Is(Part.Topic, "account"))
        && said.Session.Focus.Count == 0 && said.Session.About is null
        && said.Session.LastWishes.Count == 0
        && !said.Before.Any(b => b.Verb == "create" && b.Subject is not MachineSubject
            || b.Lexemes.Any(l => l.IsMention || l.Is(Part.Image)));

    /// <summary>"Drop eth1", and nothing more.</summary>
    private static bool IsRemoved(Clause clause) => clause.Verb == "remove"
        && clause.Lexemes.Any(l => l.Named(Known.Interface) is not null)
        && clause.Lexemes.All(l => l.IsMention || l.IsVerb("remove")
            || l.Is(Part.Topic, "interface")
            || l.Readings[0].Part is Part.Noise or Part.Glue);

    /// <summary>"Dns from 10.0.0.0/8, udp and tcp".</summary>
    private static bool IsOfPackets(IReadOnlyList<Lexeme> all) => all.Any(l => l.Is(Part.Cidr)
            || l.IsField("udp") || l.IsField("tcp"))
        && all.Any(l => l.IsGlue("from") || l.IsField("udp") || l.IsField("tcp"));

    /// <summary>Safety, and what is kept of what is seen.</summary>
    private static MachineTopic? Guarded(Clause clause)
    {
        var all = clause.Lexemes;
        bool Says(string topic) => all.Any(l => l.Is(Part.Topic, topic));
        bool Begins(string prefix) => all.Any(l => l.Readings.Any(r => r.Part == Part.Topic
            && r.Key.StartsWith(prefix, StringComparison.Ordinal)));
        var number = all.Any(l => l.IsNumber);
        if (Says("changes") || (Begins("category:") && Says("autoapprove"))
            || (Says("autoapprove") && clause.Negated)
            || (Says("rollbacks") && clause.Verb == "start") || (Says("restricted") && !number)
            || (SafetyEdits.Files(clause).Count > 0 && all.Any(l => l.Text.StartsWith("restrict",
                StringComparison.Ordinal) || l.Text.StartsWith("protect",
                StringComparison.Ordinal))))
        {
            return MachineTopic.Safety;
        }
        if (Says("anomaly") || (Says("metrics")
                && (number || MachineValues.Span(clause) is not null)
                && !all.Any(l => l.IsField("network"))
                && !all.Any(l => l.Named(Known.Network) is not null))
            || (Says("eventsnoted") && number && clause.Lexemes.Any(l =>
                l.Is(Part.Topic, "retain"))))
        {
            return MachineTopic.Observe;
        }
        return null;
    }

    /// <summary>"The box is to be called attic".</summary>
    private static bool NamesMachine(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause[i].Text.Split(' ')[^1]
            is "box" or "machine" or "server" or "host" or "computer" or "system", -1);
        return at >= 0 && (clause.Verb is "" or "set" or "rename" or "replace"
                || clause.Verb == "have" && at > 0 && clause[at - 1].Text is "the" or "this"
                    or "our" or "my")
            && clause.Lexemes.Skip(at + 1).Take(4).Any(l => l.IsField("name"))
            && clause.Question is null;
    }

    public IEnumerable<Reply> Resolve(Clause clause, Session session)
    {
        session.About = new(this, []);
        if (clause.Attributes.OfType<ServiceNamesAttribute>().FirstOrDefault() is { } of)
        {
            return [Reply.Refuse($"A service has no name servers of its own: {of.Service} asks "
                + "those of the machine. \"name servers 9.9.9.9 and 1.1.1.1\" sets these.")];
        }
        var topics = clause.Attributes.OfType<MachineAttribute>().Select(a => a.Topic).ToList();
        return topics.Count == 0 ? [new(ReplyKind.Unclear, "")]
            : [.. topics.SelectMany(t => Apply(t, clause, session))];
    }

    private static IEnumerable<Reply> Apply(MachineTopic topic, Clause clause, Session session) =>
        topic switch
        {
            MachineTopic.Hostname => [IdentityEdits.Hostname(clause, session.Draft)],
            MachineTopic.Timezone => [IdentityEdits.Timezone(clause, session.Draft)],
            MachineTopic.Dns => [DnsEdits.Servers(clause, session)],
            MachineTopic.Search => [DnsEdits.Search(clause, session.Draft)],
            MachineTopic.Interface => InterfaceEdits.All(clause, session.Draft),
            MachineTopic.Model => [ModelEdits.Apply(clause, session.Draft)],
            MachineTopic.Safety => SafetyEdits.All(clause, session.Draft),
            MachineTopic.Observe => ObserveEdits.All(clause, session.Draft),
            MachineTopic.Setting => SettingEdits.All(clause, session.Draft),
            _ => [ModelEdits.Registry(clause, session.Draft)],
        };

    public Reply? Answer(Clause clause, Session session)
    {
        var state = session.Draft.State;
        var manifest = state.Specs.GetValueOrDefault(ManifestFile.File);
        var network = state.Specs.GetValueOrDefault(NetworkFile.File);
        return clause.Attributes.OfType<MachineAttribute>().FirstOrDefault()?.Topic switch
        {
            MachineTopic.Hostname => Reply.Answer((manifest?.Text("hostname")
                ?? network?.Text("hostname")) is { } name ? $"The machine's name is {name}."
                : "No name is declared for the machine."),
            MachineTopic.Timezone => Reply.Answer(manifest?.Text("timezone") is { } zone
                ? $"The time zone is {zone}." : "No time zone is declared."),
            MachineTopic.Dns or MachineTopic.Search => Reply.Answer(
                network?.Map("dns") is { } dns
                    ? $"Name servers: {Wording.List(dns.Texts("nameservers"))}; search domains: "
                        + $"{Wording.List(dns.Texts("search"))}."
                    : "No name servers are declared."),
            MachineTopic.Interface => Reply.Answer(network?.Maps("interfaces").ToList()
                is { Count: > 0 } all ? string.Join("; ", all.Select(InterfaceEdits.InWords)) + "."
                : "No interfaces are declared; `loam doctor` says who configures them."),
            MachineTopic.Model => Reply.Answer(manifest?.Map("llm") is { } llm
                && llm.Text("provider") is { } provider and not "none"
                ? $"{provider} answers{(llm.Text("model") is { } model ? $" with {model}" : "")}."
                : "No model is asked; the built-in interpreter alone understands requests."),
            _ => null,
        };
    }
}
