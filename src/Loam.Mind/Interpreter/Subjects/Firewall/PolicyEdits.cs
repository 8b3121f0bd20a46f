using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>The firewall as a whole: made, switched, and what happens to packets without a rule.
/// </summary>
internal sealed class PolicyEdits(Session session, RuleBook book)
{
    /// <summary>Makes the firewall if there is none, with what keeps the machine reachable.
    /// </summary>
    /// <param name="keep">What people use now stays open: SSH and published ports.</param>
    /// <param name="but">What is wished of its own: its ports are not kept as they are.</param>
    public void Create(FirewallAction input, bool keep, Want? but = null)
    {
        session.Draft.Set(NetworkFile.File, RuleBook.Firewall, EditValue.Map(
            ("enabled", EditValue.Of(true)),
            ("default_input_policy", EditValue.Of(input == FirewallAction.Accept ? "accept"
                : "drop"))));
        if (input != FirewallAction.Accept)
        {
            Plumb(PacketDirection.Input);
        }
        if (keep)
        {
            if (!IsAbout(but, PacketProtocol.Tcp, 22))
            {
                KeepSsh();
            }
            KeepPublished(but);
        }
    }

    private static bool IsAbout(Want? want, PacketProtocol protocol, int port) =>
        want is not null && want.Flows.Exists(f => f.Protocol == protocol
            && f.Ports.Exists(p => p.Contains(port)));

    public bool KeepSsh()
    {
        var ssh = new Traffic(PacketDirection.Input)
        {
            Protocol = PacketProtocol.Tcp,
            Ports = new(22, 22),
        };
        if (!book.Rules.IsClosed(ssh))
        {
            return false;
        }
        book.Insert(int.MaxValue, new(book.Free("ssh"), FirewallAction.Accept)
        {
            Protocol = PacketProtocol.Tcp,
            Ports = [new(22, 22)],
        });
        return true;
    }

    private void KeepPublished(Want? but)
    {
        foreach (var (service, port, protocol) in Published(session.Draft.State))
        {
            if (IsAbout(but, protocol, port))
            {
                continue;
            }
            var traffic = new Traffic(PacketDirection.Input)
            {
                Protocol = protocol,
                Ports = new(port, port),
            };
            if (!book.Rules.IsOpen(traffic))
            {
                book.Insert(int.MaxValue, new(book.Free(service), FirewallAction.Accept)
                {
                    Protocol = protocol,
                    Ports = [new(port, port)],
                });
            }
        }
    }

    /// <summary>Ports that services publish for others than this machine.</summary>
    public static IEnumerable<(string Service, int Port, PacketProtocol Protocol)> Published(
        DesiredState state) => state.Services.Values.SelectMany(s => s.Ports
            .Where(p => p.Host is not null && p.Address != "::1"
                && !p.Address.StartsWith("127.", StringComparison.Ordinal))
            .Select(p => (s.Name, p.Host!.Value,
                p.Protocol == "udp" ? PacketProtocol.Udp : PacketProtocol.Tcp)));

    /// <summary>What every firewall needs that drops by default.</summary>
    public void Plumb(PacketDirection direction)
    {
        var rules = book.Rules.Rules.Where(r => r.Direction == direction
            && r.Action == FirewallAction.Accept).ToList();
        var prefix = direction == PacketDirection.Input ? "" : $"{Short(direction)}-";
        if (direction != PacketDirection.Forward && !rules.Exists(r => r.Interface == "lo"))
        {
            book.Insert(0, new(book.Free($"{prefix}loopback"), FirewallAction.Accept)
            {
                Direction = direction,
                Interface = "lo",
            });
        }
        if (!rules.Exists(r => (r.States & ConnectionStates.Established) != 0))
        {
            var lo = book.Rules.Rules.Count(r => r.Direction == direction && r.Interface == "lo");
            book.Insert(lo, new(book.Free($"{prefix}established"), FirewallAction.Accept)
            {
                Direction = direction,
                State = "established,related",
            });
        }
    }

    private static string Short(PacketDirection direction) =>
        direction == PacketDirection.Output ? "out" : "forward";

    public Reply Disable()
    {
        var rules = book.Rules;
        if (!rules.IsDeclared)
        {
            return Reply.Same("No firewall is declared, so there is nothing to turn off.");
        }
        if (!rules.IsEnabled)
        {
            return Reply.Same("The firewall is off already.");
        }
        book.SetField("enabled", EditValue.Of(false));
        return Reply.Done("turn the firewall off").With(Risk.High)
            .Note("Then everybody reaches every port of this machine; the rules are kept.");
    }

    public Reply Enable(bool rulesFollow)
    {
        var rules = book.Rules;
        if (rules is { IsDeclared: true, IsEnabled: true })
        {
            return Reply.Same("The firewall is on already.");
        }
        if (rules.IsDeclared)
        {
            book.SetField("enabled", EditValue.Of(true));
            return Reply.Done("turn the firewall on with the rules it has").With(Risk.High);
        }
        Create(FirewallAction.Drop, keep: !rulesFollow);
        return Reply.Done("turn on a firewall that drops what comes in and no rule allows")
            .With(Risk.High).Note(rulesFollow
                ? "What goes out and its answers pass." : Kept());
    }

    public string Kept(Want? but = null)
    {
        var kept = Published(session.Draft.State)
            .Where(p => !IsAbout(but, p.Protocol, p.Port))
            .Select(p => $"{p.Port} ({p.Service})").ToList();
        kept = [.. kept.Distinct()];
        if (IsAbout(but, PacketProtocol.Tcp, 22))
        {
            return kept.Count == 0 ? "" : $"What services publish stays open: "
                + $"{Wording.Some(kept)}.";
        }
        return kept.Count == 0 ? "SSH (22) stays open, so that nobody is locked out."
            : $"SSH (22) and what services publish stay open: {Wording.Some(kept)}.";
    }

    public Reply SetPolicy(PacketDirection direction, FirewallAction action)
    {
        var field = direction switch
        {
            PacketDirection.Output => "default_output_policy",
            PacketDirection.Forward => "default_forward_policy",
            _ => "default_input_policy",
        };
        var word = action == FirewallAction.Accept ? "accept" : "drop";
        var rules = book.Rules;
        if (rules.IsDeclared && Policy(rules, direction) == Normal(action))
        {
            return Reply.Same($"What no rule matches is {Done(word)} already ({field}).");
        }
        if (!rules.IsDeclared)
        {
            Create(direction == PacketDirection.Input ? Normal(action) : FirewallAction.Accept,
                keep: direction == PacketDirection.Input && word == "drop");
        }
        if (direction != PacketDirection.Input || rules.IsDeclared)
        {
            book.SetField(field, EditValue.Of(word));
        }
        var reply = Reply.Done($"{word} {Way(direction)} packets that no rule matches")
            .With(Risk.High);
        if (word == "accept")
        {
            return direction == PacketDirection.Input ? reply.Note(
                "Then everybody reaches every port that no rule blocks.") : reply;
        }
        Plumb(direction);
        if (direction == PacketDirection.Input && KeepSsh() || !rules.IsDeclared
            && direction == PacketDirection.Input)
        {
            return reply.Note(rules.IsDeclared
                ? "I keep SSH (22) open, so that nobody is locked out." : Kept());
        }
        return direction == PacketDirection.Output ? reply.Note("Downloads of images, time and "
            + "name look-ups need rules of their own then.") : reply;
    }

    private static FirewallAction Policy(FirewallRules rules, PacketDirection direction) =>
        direction switch
        {
            PacketDirection.Output => rules.OutputPolicy,
            PacketDirection.Forward => rules.ForwardPolicy,
            _ => rules.InputPolicy,
        };

    private static FirewallAction Normal(FirewallAction action) =>
        action == FirewallAction.Accept ? action : FirewallAction.Drop;

    private static string Done(string word) => word == "accept" ? "accepted" : "dropped";

    private static string Way(PacketDirection direction) => direction switch
    {
        PacketDirection.Output => "outgoing",
        PacketDirection.Forward => "forwarded",
        _ => "incoming",
    };

    /// <summary>Everything that comes in is dropped but for what is kept.</summary>
    public Reply LockDown(List<Want> keeps)
    {
        var before = book.Rules;
        if (before.IsDeclared)
        {
            if (!before.IsEnabled)
            {
                book.SetField("enabled", EditValue.Of(true));
            }
            if (before.InputPolicy == FirewallAction.Accept)
            {
                book.SetField("default_input_policy", EditValue.Of("drop"));
            }
            foreach (var rule in before.Rules.Where(r => r.Direction == PacketDirection.Input
                && r.Action == FirewallAction.Accept && !r.IsPlumbing()
                && !keeps.Exists(k => IsKept(r, k))))
            {
                book.Remove(rule.Name);
            }
        }
        else
        {
            Create(FirewallAction.Drop, keep: false);
        }
        Plumb(PacketDirection.Input);
        var edits = new RuleEdits(book);
        foreach (var keep in keeps)
        {
            // "Only ssh" does not open ssh to those it was closed to.
            var open = keep with
            {
                Flows = [.. keep.Flows.Where(f => keep.Anywhere || !keep.IsForAll
                    || keep.Traffics(f).All(book.Rules.IsClosed))],
            };
            if (open.Flows.Count > 0)
            {
                edits.Allow(open);
            }
        }
        var what = keeps.Count == 0 ? "drop everything that comes in"
            : $"drop everything that comes in but {Wording.List(keeps.Select(k => k.ToString()))}";
        return Reply.Done(what).With(Risk.High);
    }

    /// <summary>The rule lets nothing in beyond what is kept.</summary>
    private static bool IsKept(FirewallRule rule, Want keep) => keep.Direction == rule.Direction
        && (keep.IsEverything || keep.Flows.Exists(f => f.Protocol == rule.Protocol
            && (f.Ports.Count == 0 || !rule.Ports.IsEmpty && rule.Ports.All(p =>
                f.Ports.Exists(w => w.First <= p.First && w.Last >= p.Last)))))
        && (keep.Sources.Count == 0 || !rule.Sources.IsEmpty && rule.Sources.All(n =>
            keep.Sources.Exists(s => Traffic.Contains(PortNames.Parsed(s), n))))
        && (keep.Interface is null || keep.Interface == rule.Interface);
}
