using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Messaging;

/// <summary>What waits to be sent, as a value: every change of it is a new one.</summary>
public static class MessageQueue
{
    /// <summary>Puts a message in line for everybody who wants it. What was said of the same
    /// thing within the hour is counted instead, and what lasts is not said again in the same
    /// words within a day.</summary>
    public static MessageMemory Add(this MessageMemory memory, Message message,
        IEnumerable<Notifier> notifiers, TimeZoneInfo zone)
    {
        var key = $"{message.Type} {message.Name}";
        var said = memory.Said.GetValueOrDefault(key);
        if (said is not null && message.At - said.At
            < (said.Text == message.Text ? Pause(message.Type) : TimeSpan.Zero))
        {
            return memory with
            {
                Said = memory.Said.SetItem(key, said with { More = said.More + 1 }),
            };
        }
        var words = said is { More: > 0 } ? message with
        {
            Detail = $"{message.Detail} It came {said.More} more times since the last message."
                .Trim(),
        } : message;
        var pending = memory.Pending.ToBuilder();
        var last = memory.Last;
        foreach (var notifier in notifiers.Where(n => n.Wants(message.Type)))
        {
            var quiet = message.IsAlert ? null : notifier.Quiet?.EndAfter(message.At, zone);
            pending.Add(new(++last, notifier.Name, words, 0, quiet ?? message.At));
        }
        var old = message.At - TimeSpan.FromDays(2);
        return new(Bounded(pending.ToImmutable()), last, memory.Said
            .RemoveRange(memory.Said.Where(s => s.Value.At < old).Select(s => s.Key))
            .SetItem(key, new(message.At, message.Text, 0)));
    }

    /// <summary>A change was made: what was to be done before is done or another thing.</summary>
    public static MessageMemory Forget(this MessageMemory memory, params string[] types) =>
        memory with
        {
            Said = memory.Said.RemoveRange(memory.Said.Keys.Where(
                k => types.Contains(k.Split(' ')[0])).ToList()),
        };

    /// <summary>Who is declared no more is told nothing more.</summary>
    public static MessageMemory Only(this MessageMemory memory, IEnumerable<Notifier> notifiers)
    {
        var names = notifiers.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return memory.Pending.All(p => names.Contains(p.Notifier)) ? memory
            : memory with { Pending = memory.Pending.RemoveAll(p => !names.Contains(p.Notifier)) };
    }

    public static MessageMemory Without(this MessageMemory memory, long id) =>
        memory with { Pending = memory.Pending.RemoveAll(p => p.Id == id) };

    /// <summary>It was not sent: it is tried again, later each time, and after days given up.
    /// </summary>
    /// <returns>Whether it was given up.</returns>
    public static (MessageMemory Memory, bool IsLost) Failed(
        this MessageMemory memory, PendingMessage one, DateTimeOffset now)
    {
        if (now - one.Message.At > Limits.MessageLifetime)
        {
            return (memory.Without(one.Id), true);
        }
        var pause = Limits.MessageRetryPause * Math.Pow(2, Math.Min(one.Tries, 20));
        var next = one with
        {
            Tries = one.Tries + 1,
            Next = now + (pause < Limits.MessageLongestPause ? pause : Limits.MessageLongestPause),
        };
        return (memory with
        {
            Pending = [.. memory.Pending.Select(p => p.Id == one.Id ? next : p)],
        }, false);
    }

    /// <summary>The oldest of each notifier that is due; one that waits holds back those behind
    /// it, so that messages come in order.</summary>
    public static IEnumerable<PendingMessage> Due(this MessageMemory memory, DateTimeOffset now) =>
        memory.Pending.GroupBy(p => p.Notifier)
            .Select(g => g.FirstOrDefault(p => p.Tries > 0)
                ?? g.FirstOrDefault(p => p.Next <= now))
            .OfType<PendingMessage>().Where(p => p.Next <= now);

    private static TimeSpan Pause(string type) => type is "state.edited" or "state.rejected"
        or "drift.found" or "certificate.expiring" ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);

    /// <summary>What was waiting longest goes, alerts last.</summary>
    private static ImmutableArray<PendingMessage> Bounded(ImmutableArray<PendingMessage> all)
    {
        while (all.Length > Limits.Messages)
        {
            all = all.Remove(all.FirstOrDefault(p => !p.Message.IsAlert) ?? all[0]);
        }
        return all;
    }
}
