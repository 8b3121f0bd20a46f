using System.Collections.Immutable;
using Loam.Api;
using Loam.Core;
using Loam.Core.Messaging;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Messages;

namespace Loam.Supervision;

/// <summary>Tells those who are declared what happens. Nothing waits for it: events are heard
/// beside all others, and what cannot be sent now waits in a file.</summary>
/// <param name="desired">The state in force.</param>
/// <param name="hide">A text without the secrets of this machine.</param>
internal sealed class MessageWatch(Func<DesiredState> desired,
    Func<Notifier, Message, CancellationToken, Task<SendAnswer>> send, Func<string, string> hide,
    MessageStore store, EventLog events, TimeProvider time) : IMessages
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly MessageRules _rules = new();
    private readonly Dictionary<string, (DateTimeOffset Since, string Words)> _failing = [];
    private MessageMemory _memory = store.Load();
    private long _heard;

    private ImmutableArray<Notifier> Notifiers => desired().Settings.Notifiers;

    /// <summary>Whom nothing reaches, as sentences.</summary>
    public ImmutableArray<string> Alerts()
    {
        lock (_gate)
        {
            return [.. Notifiers.Where(n => _failing.ContainsKey(n.Name)).Select(n =>
                $"Messages to {n.Name} cannot be sent: {_failing[n.Name].Words}. "
                + $"`loam notify test {n.Name}` tries one.")];
        }
    }

    public ImmutableArray<NotifierStatus> List()
    {
        lock (_gate)
        {
            return [.. Notifiers.Select(n => new NotifierStatus(n.Name,
                n.Type.ToString().ToLowerInvariant(), n.Where,
                _memory.Pending.Count(p => p.Notifier == n.Name),
                _failing.TryGetValue(n.Name, out var bad) ? bad.Words : null))];
        }
    }

    /// <exception cref="HostException">NotFound: there is no such notifier.</exception>
    public async Task<ImmutableArray<NotifierTest>> TestAsync(
        string? name, string who, CancellationToken cancel)
    {
        var chosen = Notifiers.Where(n => name is null || n.Name == name).ToList();
        if (chosen.Count == 0)
        {
            throw new HostException(Fault.NotFound, name is null ? "Nobody is told anything."
                : $"There is no notifier {name}.", "`notify` of manifest.yaml declares them.");
        }
        var message = new Message("test", null, time.GetUtcNow(), "This is a test.",
            $"{who} asked for it. What needs somebody will come here.", IsAlert: false);
        var answers = await Task.WhenAll(chosen.Select(async n =>
        {
            var answer = await send(n, message, cancel);
            Note(n.Name, answer);
            return new NotifierTest(n.Name, n.Where, answer.IsGood, answer.Words);
        }));
        return [.. answers];
    }

    /// <summary>Sends what is due.</summary>
    public async Task TellAsync(CancellationToken stop)
    {
        while (true)
        {
            List<Message> lasting;
            lock (_gate)
            {
                lasting = [.. _rules.Look(time.GetUtcNow())];
            }
            lasting.ForEach(Put);
            await SendDueAsync(stop);
            await Task.Delay(s_pause, time, stop);
        }
    }

    /// <summary>Puts in line what happens. Begun again, it goes on after what it heard.
    /// </summary>
    public async Task HearAsync(CancellationToken stop)
    {
        await foreach (var what in events.ReadAsync(follow: true, stop))
        {
            if (what.Sequence <= _heard)
            {
                continue;
            }
            _heard = what.Sequence;
            List<Message> heard;
            lock (_gate)
            {
                // What is done, or is another thing now, may be said again.
                _memory = what.Type == "reconcile.completed"
                    ? _memory.Forget("state.edited", "state.rejected", "drift.found") : _memory;
                heard = [.. _rules.Hear(what)];
            }
            heard.ForEach(Put);
        }
    }

    private void Put(Message message)
    {
        if (Notifiers.IsEmpty)
        {
            return;
        }
        var clean = message with { Text = hide(message.Text), Detail = Hidden(message.Detail) };
        Change(m => m.Add(clean, Notifiers, time.LocalTimeZone));
    }

    private string? Hidden(string? text) => text is null ? null : hide(text);

    /// <summary>To each notifier one at a time, to several at once.</summary>
    private async Task SendDueAsync(CancellationToken stop)
    {
        List<PendingMessage> due;
        lock (_gate)
        {
            due = [.. _memory.Only(Notifiers).Due(time.GetUtcNow())];
        }
        await Task.WhenAll(due.Select(one => SendAsync(one, stop)));
    }

    private async Task SendAsync(PendingMessage one, CancellationToken stop)
    {
        if (Notifiers.FirstOrDefault(n => n.Name == one.Notifier) is not { } to)
        {
            return;
        }
        var answer = await send(to, one.Message, stop);
        Note(to.Name, answer);
        if (answer.IsGood)
        {
            Change(m => m.Only(Notifiers).Without(one.Id));
            return;
        }
        var isLost = false;
        Change(m =>
        {
            m = m.Only(Notifiers);
            // What is refused for good makes way for what comes after it.
            (m, isLost) = answer.IsFinal ? (m.Without(one.Id), true)
                : m.Failed(one, time.GetUtcNow());
            return m;
        });
        if (isLost)
        {
            Tell("message.lost", to.Name, $"A message to {to.Name} was "
                + (answer.IsFinal ? "refused" : "given up") + $": {one.Message.Text}",
                answer.Words);
        }
    }

    private void Note(string name, SendAnswer answer)
    {
        var isNew = false;
        lock (_gate)
        {
            if (answer.IsGood)
            {
                _failing.Remove(name);
            }
            else
            {
                isNew = _failing.TryAdd(name, (time.GetUtcNow(), answer.Words.TrimEnd('.')));
            }
        }
        if (isNew)
        {
            Tell("message.failed", name, $"Messages to {name} cannot be sent.", answer.Words);
        }
    }

    /// <summary>A full disk must not keep messages from being sent.</summary>
    private void Change(Func<MessageMemory, MessageMemory> how)
    {
        lock (_gate)
        {
            var before = _memory;
            _memory = how(before);
            try
            {
                if (!ReferenceEquals(before, _memory))
                {
                    store.Save(_memory);
                }
            }
            catch (HostException)
            {
                // They wait in memory; whatever fills the disk is told elsewhere.
            }
        }
    }

    private void Tell(string type, string name, string message, string error) =>
        events.Add(new(0, time.GetUtcNow(), type)
        {
            Name = name, Message = message, Error = error,
        });
}
