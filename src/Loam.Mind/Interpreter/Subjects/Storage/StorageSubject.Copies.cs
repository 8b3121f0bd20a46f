using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>"Fourteen backups of the blog are overkill. Five will do": a number alone is how many
/// are kept, where that was spoken of right before; the first says how it is.</summary>
internal sealed partial class StorageSubject
{
    private static bool GoesOnWithCopies(Clause clause, Discourse said) =>
        clause.Question is null && !clause.IsInherited
        && said.Before is [.., { Subject: StorageSubject } told]
        && told.Attributes.OfType<BackupAttribute>().ToList() is
            [{ When: null, Destination: null, Retain: not null }]
        && clause.Lexemes.Count(l => l is { IsNumber: true, IsMention: false, Unit: "" }) == 1
        && !clause.Lexemes.Any(l => l.Text is "at" or "around" or "about")
        && clause.Lexemes.All(l => l.IsNumber || l.IsReference("it") || l.IsReference("them")
            || l.Readings[0].Part is Part.Noise or Part.Glue or Part.Amount
            || l.Is(Part.Verb) && !l.IsMention || l.Is(Part.Topic, "retain")
            || BackupReader.IsPeriod(l)
            || l.Text.Split(' ')[^1] is "enough" or "plenty" or "suffices" or "do");

    private static void ReadCopies(Clause clause, Discourse said)
    {
        var told = said.Before[^1];
        var number = clause.Lexemes.ToList().FindIndex(l => l is { IsNumber: true, Unit: "" });
        clause.Attributes.Add(new BackupAttribute
        {
            Retain = BackupReader.Counted(clause, number),
        });
        clause.Explains();
        clause.Attributes.AddRange(told.Attributes.OfType<VolumeAttribute>());
        told.Attributes.Clear();
        told.Explains();
        told.IsTold = true;
    }

    private static bool IsOfGroup(Clause clause) => Enumerable.Range(1, Math.Max(0,
        clause.Count - 1)).Any(i => clause[i] is { IsNumber: true, Unit: "" }
            && clause[i - 1].Text is "group" or "gid");

    /// <summary>"Uploads and postgres-data": that one of them is not there is said.</summary>
    private static IEnumerable<Reply> Missing(IEnumerable<VolumeAttribute> said) =>
        said.SelectMany(v => v.Absent).Select(n => Reply.Absent($"There is no volume {n} here."));

    /// <summary>"Back up uploads", which is not there; null: something is.</summary>
    private static Reply? OnlyAbsent(
        Clause clause, Session session, List<VolumeAttribute> said)
    {
        var names = said.SelectMany(v => v.Absent).ToList();
        if (names.Count == 0 || said.Exists(v => v.Volumes.Count + v.Services.Count > 0))
        {
            return null;
        }
        return Reply.Ask($"There is no volume {Wording.List(names)} here. Which one is meant?",
            session.Draft.State.Volumes.Keys.Take(4), answer =>
            {
                var known = answer.Lexemes.Select(l => l.Named(Known.Volume)).OfType<string>()
                    .ToList();
                var index = clause.Attributes.FindIndex(a => a is VolumeAttribute);
                if (known.Count == 0 || index < 0)
                {
                    return false;
                }
                clause.Attributes[index] = new VolumeAttribute { Volumes = known };
                return true;
            });
    }

    /// <summary>Each of them; what is said next is said of all.</summary>
    private List<Reply> Made(Clause clause, Session session, List<VolumeAttribute> said)
    {
        var edits = new VolumeEdits(this, session);
        var replies = new List<Reply>();
        var names = new List<string>();
        foreach (var volume in said)
        {
            replies.AddRange(edits.Apply(clause, volume));
            names.AddRange(session.About is { } about && ReferenceEquals(about.Subject, this)
                ? about.Names : []);
        }
        if (said.Count > 1)
        {
            session.About = new(this, [.. names.Distinct()]);
        }
        return replies;
    }

    /// <summary>"A volume for minutes, 5Gi, backed up nightly" makes it first.</summary>
    private IEnumerable<Reply> Backups(
        Clause clause, Session session, BackupAttribute backup, List<VolumeAttribute> said)
    {
        var edits = new VolumeEdits(this, session);
        var volume = said.FirstOrDefault();
        var meant = new List<string>();
        foreach (var one in said.Where(v => !v.SaysNothing || v.Name is not null))
        {
            var made = edits.Apply(clause, one).ToList();
            foreach (var reply in made)
            {
                yield return reply;
            }
            if (made.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
            {
                yield break;
            }
            meant.AddRange(session.About?.Names ?? one.Volumes);
        }
        volume = meant.Count == 0 ? volume : volume! with { Volumes = meant, Name = null };
        foreach (var reply in new BackupEdits(this, session).Apply(clause, backup, volume))
        {
            yield return reply;
        }
    }

    private static bool IsAboutVolumes(Discourse said) => said.Before.Count > 0
        ? said.Before[^1].Attributes.OfType<VolumeAttribute>().Any(
            v => v.Volumes.Count + v.Services.Count > 0)
        : said.Session.About is { Subject: StorageSubject, Names: [var name, ..] }
            && !name.StartsWith('/');
}
