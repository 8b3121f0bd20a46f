using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What an edit of the rules does to those who use the machine now.</summary>
internal static class Consequences
{
    private enum Reach { Nobody, Some, Everybody }

    /// <summary>The reply with what becomes shut in words, and the risk that it is.</summary>
    public static Reply Added(
        Reply reply, FirewallRules before, FirewallRules after, DesiredState state)
    {
        if (reply.Kind != ReplyKind.Done)
        {
            return reply;
        }
        var lost = PolicyEdits.Published(state).Where(p => Of(after, p.Protocol, p.Port)
            < Of(before, p.Protocol, p.Port)).ToList();
        var shut = lost.Where(p => Of(after, p.Protocol, p.Port) == Reach.Nobody)
            .Select(p => $"{p.Port} ({p.Service})").Distinct().ToList();
        var narrow = lost.Where(p => Of(after, p.Protocol, p.Port) == Reach.Some)
            .Select(p => $"{p.Port} ({p.Service})").Distinct().ToList();
        if (shut.Count > 0)
        {
            reply = reply.Note($"Nobody outside reaches {Wording.Some(shut)} any more.")
                .With(Risk.High);
        }
        if (narrow.Count > 0)
        {
            reply = reply.Note($"Not everybody reaches {Wording.Some(narrow)} any more.");
        }
        var (was, now) = (Of(before, PacketProtocol.Tcp, 22), Of(after, PacketProtocol.Tcp, 22));
        if (now == Reach.Nobody && was != Reach.Nobody)
        {
            reply = reply.Note("Nobody can log in over SSH (22) then: keep another way in, or "
                + "say from where it stays allowed.").With(Risk.Critical);
        }
        else if (Narrows(before, after))
        {
            reply = reply.Note("Whoever logs in over SSH from elsewhere is cut off.")
                .With(Risk.High);
        }
        return after is { IsDeclared: true, IsEnabled: false } && before is { IsEnabled: false }
            ? reply.Note("The firewall is off, so this has no effect until it is turned on.")
            : reply.With(Risk.Medium);
    }

    /// <summary>SSH is let in from fewer networks than it was.</summary>
    private static bool Narrows(FirewallRules before, FirewallRules after)
    {
        var ssh = Incoming(PacketProtocol.Tcp, 22);
        if (before.IsOpen(ssh))
        {
            return !after.IsOpen(ssh);
        }
        return before.Accepting(ssh).OfType<FirewallRule>().SelectMany(r => r.Sources)
            .Any(n => !after.IsOpen(ssh with { Source = n }));
    }

    private static Traffic Incoming(PacketProtocol protocol, int port) =>
        new(PacketDirection.Input) { Protocol = protocol, Ports = new(port, port) };

    private static Reach Of(FirewallRules rules, PacketProtocol protocol, int port)
    {
        var traffic = Incoming(protocol, port);
        return rules.IsOpen(traffic) ? Reach.Everybody
            : rules.IsClosed(traffic) ? Reach.Nobody : Reach.Some;
    }
}
