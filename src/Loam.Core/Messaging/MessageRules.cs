using System.Collections.Immutable;
using Loam.Core.Reconciling;

namespace Loam.Core.Messaging;

/// <summary>Which of the events become messages, and in which words: each thing once, and what
/// passes by itself not at all.</summary>
public sealed class MessageRules
{
    private static readonly TimeSpan s_loopSpan = TimeSpan.FromMinutes(10);
    private const int LoopDeaths = 3;

    /// <summary>Unhealthy services, since when and why.</summary>
    private readonly Dictionary<string, (DateTimeOffset Since, string Why, bool IsTold)> _bad = [];
    private readonly Dictionary<string, List<DateTimeOffset>> _deaths = [];

    /// <summary>What an event makes known now.</summary>
    public IEnumerable<Message> Hear(MachineEvent what)
    {
        switch (what.Type)
        {
            case "service.unhealthy" when what.Name is { } name:
                _bad.TryAdd(name, (what.At, what.Message ?? "", false));
                return [];
            case "service.healthy" when what.Name is { } name:
                return Recovered(name, what.At);
            case "service.died" when what.Name is { } name:
                return Died(name, what);
            default:
                return MessageKinds.Of(what.Type) is { } kind ? [Plain(kind, what)] : [];
        }
    }

    /// <summary>What has lasted so long that somebody should know.</summary>
    public IReadOnlyList<Message> Look(DateTimeOffset now)
    {
        var told = new List<Message>();
        foreach (var (name, (since, why, isTold)) in _bad.ToList())
        {
            if (!isTold && now - since >= Limits.UnhealthyTold)
            {
                _bad[name] = (since, why, true);
                told.Add(new("service.unhealthy", name, now,
                    $"{name} has been unhealthy for {(now - since).TotalMinutes:0} minutes.", why,
                    IsAlert: true));
            }
        }
        foreach (var (name, times) in _deaths.ToList())
        {
            times.RemoveAll(t => now - t > s_loopSpan);
            if (times.Count == 0)
            {
                _deaths.Remove(name);
            }
        }
        return told;
    }

    private IEnumerable<Message> Recovered(string name, DateTimeOffset at)
    {
        var wasTold = _bad.Remove(name, out var bad) && bad.IsTold;
        return wasTold ? [new("service.healthy", name, at, $"{name} is healthy again.",
            $"It was not for {(at - bad.Since).TotalMinutes:0} minutes.", IsAlert: false)] : [];
    }

    private IEnumerable<Message> Died(string name, MachineEvent what)
    {
        if (!_deaths.TryGetValue(name, out var times))
        {
            _deaths[name] = times = [];
        }
        times.RemoveAll(t => what.At - t > s_loopSpan);
        times.Add(what.At);
        return times.Count == LoopDeaths ? [new("service.looping", name, what.At,
            $"{name} ended {LoopDeaths} times in ten minutes.",
            $"{what.Message} `loam logs {name}` shows what it said.", IsAlert: true)] : [];
    }

    private static Message Plain(MessageKinds.Kind kind, MachineEvent what)
    {
        var text = what.Message ?? what.Type switch
        {
            "reconcile.failed" => $"The change «{what.Trigger}» failed, and "
                + (what.RolledBack == true ? "was taken back." : "could not be taken back wholly."),
            "reconcile.completed" => $"The change «{what.Trigger}» is in force.",
            _ => kind.Sentence,
        };
        if (kind.Type == "state.edited")
        {
            text = $"{what.Name}: {text}";
        }
        var more = kind.Type == "job.failed" ? $" `loam jobs {what.Name}` shows what it wrote."
            : "";
        return new(what.Type, what.Name, what.At, text,
            what.Error is null && more.Length == 0 ? null
                : $"{what.Explained(what.Error)}{more}".Trim(),
            kind.IsAlert || what.IsAlert == true);
    }
}
