using System.Net;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>The words of an answer to what was asked of a clause.</summary>
internal sealed record AnswerAttribute(IReadOnlyList<Lexeme> Lexemes) : ClauseAttribute;

/// <summary>Addresses of network interfaces.</summary>
internal static class InterfaceEdits
{
    private const int UsualPrefix = 24;
    private static readonly EditPath s_list = EditPath.Parse("spec.interfaces");

    public static bool Speaks(Clause clause)
    {
        bool Says(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));
        var named = clause.Lexemes.Any(l => NameOf(l) is not null);
        var address = clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr));
        return (named && (Says("static") || Says("dhcp") || Says("gateway")
                || (address && (Says("ip") || clause.Lexemes.Any(l => l.IsField("address"))))
                || (clause.Question is not null && !address)))
            || Says("dhcp") || Says("static") && !clause.Lexemes.Any(l => l.IsMention)
            || (address && (Says("gateway") || (Says("static") && !named)
                || (Says("ip") && clause.Lexemes.Any(l => l.Text.EndsWith("machine",
                    StringComparison.Ordinal) || l.Text.EndsWith("box", StringComparison.Ordinal)
                    || l.Text.EndsWith("server", StringComparison.Ordinal)))));
    }

    /// <summary>An interface and how it gets its address, and nothing of packets.</summary>
    public static bool IsPlain(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => NameOf(l) is not null)
        && clause.Verb is "" or "set" or "have" or "move" or "replace" or "create" or "start"
        && !clause.Lexemes.Any(l => l.IsField("port") || l.IsField("firewall")
            || l.Is(Part.Topic, "block") || (l.Is(Part.Topic, "allow")
                && l.Text != "let") || l.IsGlue("from"))
        && (clause.Lexemes.Any(l => l.Is(Part.Topic, "dhcp") || l.Is(Part.Topic, "static"))
            || clause.Lexemes.Any(l => l.Is(Part.Cidr) && IsHost(l.Text)));

    /// <summary><c>10.0.0.5/24</c> is a host in its network, <c>10.0.0.0/24</c> the network.
    /// </summary>
    private static bool IsHost(string text) => text.Split('/') is [var address, var bits]
        && IPAddress.TryParse(address, out var host) && int.TryParse(bits, out var length)
        && host.GetAddressBytes().Select((b, at) => b & (0xff >> Math.Clamp(length - at * 8, 0, 8)))
            .Any(rest => rest != 0);

    public static string? NameOf(Lexeme lexeme)
    {
        if (lexeme.Named(Known.Interface) is { } known)
        {
            return known;
        }
        var text = lexeme.Text;
        var stem = text.TrimEnd("0123456789".ToCharArray());
        return text.Length is > 3 and <= 15 && text.All(c => char.IsAsciiLetterOrDigit(c))
            && ((stem.Length < text.Length && stem is "eth" or "ens" or "eno" or "wlan" or "bond"
                or "br")
                || (text.StartsWith("enp", StringComparison.Ordinal) && char.IsAsciiDigit(text[3])))
            ? text : null;
    }

    public static string InWords(MapValue one) => one.Text("type") == "static"
        ? $"{one.Text("name")} has {one.Text("address")}"
            + (one.Text("gateway") is { } gateway ? $", gateway {gateway}" : "")
        : $"{one.Text("name")} gets its address by DHCP";

    /// <summary>"Eth0 dhcp, eth1 static 10.0.0.1/24": each with what is said of it.</summary>
    public static IEnumerable<Reply> All(Clause clause, Draft draft)
    {
        var parts = Parts(clause);
        clause.Sweep();
        return parts.Count < 2 ? [Apply(clause, draft)]
            : parts.ConvertAll(p => Apply(p, draft));
    }

    private static List<Clause> Parts(Clause clause)
    {
        static bool Says(IEnumerable<Lexeme> said) => said.Any(l => l.Is(Part.Topic, "dhcp")
            || l.Is(Part.Address) || l.Is(Part.Cidr));
        if (clause.Lexemes.Any(l => l.IsGlue("from") || l.IsGlue("insteadof") || l.IsGlue("not")))
        {
            return [];
        }
        var parts = ClauseParts.ByName(clause, NameOf, Says);
        return clause.Verb == "remove" || parts.TrueForAll(p => Says(p.Lexemes)) ? parts : [];
    }

    private static Reply Apply(Clause clause, Draft draft)
    {
        var all = (draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Maps("interfaces") ?? [])
            .ToList();
        var name = clause.Attributes.OfType<NameAttribute>().LastOrDefault()?.Name
            ?? clause.Lexemes.Select(NameOf).FirstOrDefault(n => n is not null)
            ?? (all.Count == 1 ? all[0].Text("name") : null);
        if (name is null)
        {
            return Reply.Ask("Which interface?", all.Count > 0
                ? all.Select(i => i.Text("name")!).Take(4) : ["eth0"], answer =>
                {
                    var said = answer.Lexemes.Select(NameOf).FirstOrDefault(n => n is not null);
                    if (said is not null)
                    {
                        clause.Attributes.Add(new NameAttribute(said));
                    }
                    return said is not null;
                });
        }
        clause.Sweep();
        var present = all.Find(i => i.Text("name") == name);
        if (clause.Verb == "remove" && !clause.Lexemes.Any(l => l.Is(Part.Topic, "gateway")
            || l.Is(Part.Topic, "static") || l.Is(Part.Topic, "dhcp")))
        {
            return Remove(draft, name, present);
        }
        var dhcp = clause.Lexemes.Any(l => l.Is(Part.Topic, "dhcp")) != clause.Negated
            && !clause.Lexemes.Any(l => l.Is(Part.Topic, "static"));
        return dhcp ? Dhcp(draft, name, present) : Static(clause, draft, name, present);
    }

    private static Reply Dhcp(Draft draft, string name, MapValue? present)
    {
        if (present is not null && present.Text("type") is null or "dhcp"
            && present?.Text("address") is null && present is not null)
        {
            return Reply.Same($"{name} gets its address by DHCP already.");
        }
        var path = s_list.Item("name", name);
        if (present is null)
        {
            draft.Append(NetworkFile.File, s_list, EditValue.Map(
                ("name", EditValue.Of(name)), ("type", EditValue.Of("dhcp"))));
        }
        else
        {
            draft.Set(NetworkFile.File, path.Key("type"), EditValue.Of("dhcp"));
            foreach (var field in (string[])["address", "gateway"])
            {
                if (present.Has(field))
                {
                    draft.Remove(NetworkFile.File, path.Key(field));
                }
            }
        }
        return Danger(Reply.Done($"let {name} get its address by DHCP"));
    }

    private static Reply Remove(Draft draft, string name, MapValue? present)
    {
        if (present is null)
        {
            return Reply.Absent($"No interface {name} is declared.");
        }
        draft.Remove(NetworkFile.File, s_list.Item("name", name));
        return Danger(Reply.Done($"declare the interface {name} no longer"));
    }

    private static Reply Danger(Reply reply) => reply.With(Risk.High).Note(
        "That may cut the connection you are using: have another way to the machine.");

    private static Reply AskAddress(Clause clause, string name) => Reply.Ask(
        $"Which address shall {name} have, such as 192.168.1.10/24?", [], answer =>
        {
            var said = answer.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr));
            if (said)
            {
                clause.Attributes.Add(new AnswerAttribute([.. answer.Lexemes]));
            }
            return said;
        });

    /// <summary>Each address by the word it follows.</summary>
    private static (string? Address, string? Gateway, List<string> Servers) Addresses(Clause clause)
    {
        string? gateway = null;
        string? address = null;
        var servers = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause[at].Is(Part.Address) && !clause[at].Is(Part.Cidr))
            {
                continue;
            }
            var near = clause.Lexemes.Skip(Math.Max(0, at - 3)).Take(Math.Min(3, at)).ToList();
            if (clause[at].Is(Part.Address) && near.FindLastIndex(l => l.Is(Part.Topic, "dns")
                    || l.Text.EndsWith("dns", StringComparison.Ordinal))
                > near.FindLastIndex(l => l.Is(Part.Topic, "gateway") || l.Is(Part.Cidr)))
            {
                servers.Add(clause[at].Text);
            }
            else if (clause[at].Is(Part.Address) && near.FindLastIndex(l =>
                l.Is(Part.Topic, "gateway")) > near.FindLastIndex(l => l.Is(Part.Address)
                    || l.Is(Part.Cidr)))
            {
                gateway = clause[at].Text;
            }
            else
            {
                address ??= clause[at].Text;
            }
        }
        return (address, gateway, servers);
    }

    private static Reply Static(Clause clause, Draft draft, string name, MapValue? present)
    {
        // What was asked for and answered is read as if it stood in the clause.
        clause = clause.Attributes.OfType<AnswerAttribute>().LastOrDefault() is { } answered
            ? new([.. clause.Lexemes, .. answered.Lexemes]) : clause;
        var (address, gateway, servers) = Addresses(clause);
        var old = present?.Text("address");
        if (address is null && (old is null || gateway is null))
        {
            return AskAddress(clause, name);
        }
        var assumed = address is not null && !address.Contains('/', StringComparison.Ordinal);
        address = address is null ? old! : !assumed ? address
            : $"{address}/{old?.Split('/')[^1] ?? $"{UsualPrefix}"}";
        var fields = new List<(string Key, string Value)>
        {
            ("type", "static"), ("address", address),
        };
        if (gateway is not null)
        {
            fields.Add(("gateway", gateway));
        }
        var before = draft.Files;
        var dns = EditValue.List([.. servers.Select(EditValue.Of)]);
        if (present is null)
        {
            draft.Append(NetworkFile.File, s_list, EditValue.Map([("name", EditValue.Of(name)),
                .. fields.Select(f => (f.Key, EditValue.Of(f.Value))),
                .. servers.Count > 0 ? [("dns", (EditValue)dns)] : ((string, EditValue)[])[]]));
        }
        else
        {
            foreach (var (key, value) in fields.Where(f => present.Text(f.Key) != f.Value))
            {
                draft.Set(NetworkFile.File, s_list.Item("name", name).Key(key),
                    EditValue.Of(value));
            }
            if (servers.Count > 0 && !servers.SequenceEqual(present.Texts("dns")))
            {
                draft.Set(NetworkFile.File, s_list.Item("name", name).Key("dns"), dns);
            }
        }
        return !draft.Files.ChangedFrom(before).Any()
            ? Reply.Same($"{name} has {address} already.")
            : Danger(Reply.Done($"give {name} the address {address}"
                + (gateway is null ? "" : $" and the gateway {gateway}")));
    }
}
