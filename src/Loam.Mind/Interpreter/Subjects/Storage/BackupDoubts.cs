using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What cannot be guessed of a wish about backups: how many shall be kept, of what,
/// and when.</summary>
internal sealed class BackupDoubts(Clause clause, Session session, BackupAttribute said)
{
    /// <summary>A question; null: all is said that is needed.</summary>
    /// <param name="meant">The volumes that are meant.</param>
    /// <param name="machine">The machine's own backup as declared.</param>
    /// <param name="named">They were named, not found.</param>
    public Reply? Missing(List<string> meant, MapValue? machine, bool named)
    {
        var present = meant.Count > 0
            ? VolumeEdits.Spec(session.Draft, meant[0])?.Map("backup") : machine;
        if (said.Adds && present?.Text("schedule") is { } cron
            && Addition.Join(cron, said.When!) is null)
        {
            return Reply.Ask($"One schedule cannot say both {ScheduleWords.Of(cron)} and "
                + $"{ScheduleWords.Of(said.When!.Cron)}. When shall the backups run?",
                ["every day at 2 and 14", "every 6 hours"], Fill);
        }
        if (meant.Count == 0 && !named && !said.Machine && !said.Everything && !said.Off
            && session is { About: null, Focus.Count: 0 }
            && clause.Lexemes.Any(l => l.Text is "it" or "them"))
        {
            return Reply.Ask("What shall be backed up?",
                [.. session.Draft.State.Volumes.Keys.Take(4), "everything"], Fill);
        }
        if (said.Prunes)
        {
            return Reply.Ask("Old copies go by themselves when there are more than are to be kept."
                + " How many shall be kept?", ["keep 7 copies of everything"], null);
        }
        if (said is { Existing: true, When: null, Everything: true } && machine is null
            && session.Draft.State.Volumes.Keys.All(v => VolumeEdits.Spec(session.Draft, v)
                ?.Map("backup") is null))
        {
            return Reply.Ask("Nothing is backed up yet. When shall everything be backed up?",
                ["every night at 2", "every sunday at 4"], Fill);
        }
        if (said.Off || !said.SaysNothing)
        {
            return null;
        }
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "unchanged")))
        {
            return Reply.Same("The backups stay as they are.");
        }
        if (said.Keeps)
        {
            var now = present?.Number("retain") is { } copies ? $" It is {copies:0} now." : "";
            return Reply.Ask($"How many copies shall be kept{Of(meant)}?{now}",
                ["14", "30", "for 3 months"], Fill);
        }
        if (clause.Verb is "set" or "move" or "replace" or "raise" or "lower" && !named
            && !said.Everything)
        {
            return Reply.Ask("When shall the backups run, and how many shall be kept?",
                ["every night at 3", "keep 30"], Fill);
        }
        var on = machine is not null && machine.Flag("enabled") != false;
        if (meant.Count > 0 || said.Everything || said.Machine)
        {
            return null;
        }
        return on && clause.Verb is not "start" ? Reply.Ask("What about the backups? The machine "
                + $"is backed up {BackupEdits.InWords(machine)}.",
                ["every night at 3", "keep 30", "back up every volume"], Fill)
            : said.Once ? Reply.Ask("What shall be backed up, and when?",
                ["everything, every night at 2", .. session.Draft.State.Volumes.Keys.Take(3)
                    .Select(v => $"{v}, every night at 2")], Fill) : null;
    }

    private static string Of(List<string> meant) =>
        meant.Count == 0 ? "" : $" of {Wording.List(meant)}";

    /// <summary>Puts what the answer says into the wish.</summary>
    private bool Fill(Clause answer)
    {
        var copy = new Clause([.. answer.Lexemes]);
        var volumes = VolumeReader.Read(new([.. answer.Lexemes]), session.Draft.State)
            .Where(v => v.Volumes.Count + v.Services.Count > 0).ToList();
        foreach (var at in Enumerable.Range(0, copy.Count).Where(i => copy[i].IsMention).ToList())
        {
            copy.Use(at);
        }
        BackupReader.Read(copy);
        var more = copy.Attributes.OfType<BackupAttribute>().First();
        var index = clause.Attributes.IndexOf(said);
        if (index < 0 || more.When is { Impossible: not null } || (more.SaysNothing
            && volumes.Count == 0 && !more.Everything && !more.Machine))
        {
            return false;
        }
        clause.Attributes[index] = said with
        {
            When = more.When ?? (said.Adds ? null : said.When),
            Retain = more.Retain ?? said.Retain,
            Destination = more.Destination ?? said.Destination,
            Credentials = more.Credentials ?? said.Credentials,
            Type = more.Type ?? said.Type,
            Everything = said.Everything || more.Everything,
            Machine = said.Machine || more.Machine,
            Adds = false,
            Keeps = false,
        };
        if (volumes.Count > 0)
        {
            clause.Attributes.RemoveAll(a => a is VolumeAttribute);
            clause.Attributes.AddRange(volumes);
        }
        return true;
    }
}
