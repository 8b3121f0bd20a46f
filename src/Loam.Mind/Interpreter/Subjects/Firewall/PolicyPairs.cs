using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>"Default policies: input drop, output accept": a way and what becomes of packets on
/// it that no rule matches.</summary>
internal static class PolicyPairs
{
    /// <returns>Whether the clause says that and nothing else.</returns>
    public static bool Read(Clause clause, Discourse said)
    {
        if (Of(clause, said) is not { Count: > 0 } pairs)
        {
            return false;
        }
        clause.Question = null;
        clause.Attributes.Add(new FirewallAttribute(pairs) { Policy = true });
        clause.Explains();
        return true;
    }

    /// <summary>One group for each; none where anything else is said.</summary>
    public static List<Group> Of(Clause clause, Discourse said)
    {
        var groups = new List<Group>();
        var before = said.Before is [.., var last] && last.Attributes.OfType<FirewallAttribute>()
            .Any(a => a.Policy);
        if (clause.AsksMark || !before && !clause.Lexemes.Any(l => IsPolicy(l)))
        {
            return [];
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (Way(clause[at]) is { } way)
            {
                var next = at + 1;
                while (next < clause.Count && (IsFilling(clause[next]) || IsPolicy(clause[next])))
                {
                    next++;
                }
                if (next >= clause.Count || Does(clause[next]) is not { } act)
                {
                    return [];
                }
                groups.Add(new() { Direction = way, Act = act, OwnAct = true });
                at = next;
            }
            else if (!IsFilling(clause[at]) && !IsPolicy(clause[at]))
            {
                return [];
            }
        }
        return groups;
    }

    private static bool IsFilling(Lexeme lexeme) => lexeme.Readings[0].Part is Part.Noise
        or Part.Glue || lexeme.IsField("firewall") || lexeme.IsVerb("set");

    private static bool IsPolicy(Lexeme lexeme) => lexeme.Text is "policy" or "policies"
        or "default policy" or "default policies" or "by default";

    private static PacketDirection? Way(Lexeme lexeme) => lexeme.Text switch
    {
        "input" or "incoming" or "inbound" => PacketDirection.Input,
        "output" or "outgoing" or "outbound" => PacketDirection.Output,
        "forward" or "forwarding" or "forwarded" or "forward policy" or "forwarding policy" =>
            PacketDirection.Forward,
        _ => null,
    };

    private static Act? Does(Lexeme lexeme) => lexeme.Text switch
    {
        "drop" or "dropped" or "deny" or "block" or "reject" => Act.Block,
        "accept" or "accepted" or "allow" or "allowed" => Act.Allow,
        _ => null,
    };
}
