using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Volumes, mounted file systems and backups.</summary>
internal sealed class StorageSubject : ISubject
{
    public Vocabulary Words { get; } = new("storage");

    public static readonly StorageSubject Instance = new();

    /// <summary>GiB; what is more is a size of disks, unless memory is spoken of.</summary>
    private const int LargestMemory = 40;

    public double Claim(Clause clause, Discourse said)
    {
        var sayings = clause.Lexemes;
        var state = said.Session.Draft.State;
        var service = sayings.Any(l => VolumeReader.ServiceOf(l, state) is not null
            && l.Named(Known.Volume) is null);
        if (said.Before is [.., { Attributes: [FileSystemAttribute, ..] }]
            && sayings.Any(l => l.Is(Part.Topic, "credentials"))
            && sayings.Any(l => l.Is(Part.Path)))
        {
            return 0.97;
        }
        if (Parsing.Attributes.NewVolumeReader.Speaks(clause) || GoesWithService(clause, said))
        {
            return 0;
        }
        if (BackupReader.Speaks(clause))
        {
            return MakesServices(clause) ? 0 : 0.85;
        }
        if (GoesOnWithLimits(clause, said) || KeepsFiles(clause, said)
            || sayings.Any(l => l.Is(Part.Reference, "it")
                && l.Text.Split(' ')[^1] is "container" or "service" or "app"))
        {
            return 0;
        }
        if (sayings.Any(l => l.Is(Part.Path)) && !service && clause.Question is null
            && ((said.Before is [.., { Attributes: [FileSystemAttribute { Target: null }] }])
                || (IsAboutVolumes(said) && sayings.Any(l => l.Is(Part.Reference))
                    && clause.Verb is "move" or "set" or "")))
        {
            return 0.9;
        }
        if (clause.Question is not null && sayings.Any(l => l.Is(Part.Topic, "mounted")))
        {
            return 0.8;
        }
        if (sayings.Any(l => l.Named(Known.Mount) is not null) && !service)
        {
            return 0.8;
        }
        if (!service && Mounts(clause))
        {
            return 0.85;
        }
        var size = sayings.Any(SizeReader.IsSize);
        var memory = sayings.Any(l => l.IsField("memory"));
        var changes = size || sayings.Any(l => l.Is(Part.Topic, "encrypt")
            || l.Is(Part.Topic, "uid") || l.Is(Part.Topic, "permissions")
            || l.Is(Part.Topic, "owner") || l.Is(Part.Topic, "private")
            || l.Is(Part.Topic, "groupwrite") || l.Is(Part.Topic, "allwrite")
            || l.Is(Part.Topic, "allread"))
            || sayings.Any(l => l.Named(Known.Volume) is not null) && IsOfGroup(clause)
            || Enumerable.Range(0, clause.Count).Any(i => VolumeReader.IsMode(clause, i))
                && sayings.Any(l => l.Is(Part.PortPair));
        if (OfVolumes(clause, state, service, changes, memory) is { } sure)
        {
            return sure;
        }
        return said.Continues(this) && !service && !MakesServices(clause) && !memory
            && (changes || Rhythm(clause) || (Grows(clause) && IsAboutVolumes(said))
                || sayings.Any(l => l.Is(Part.Topic, "retain")
                || l.Is(Part.Topic, "snapshot") || l.Is(Part.Topic, "archive")
                || l.IsField("readonly") || l.Is(Part.Topic, "destination")
                || FileSystemReader.OptionOf(l) is not null
                || FileSystemReader.FileSystemOf(l) is not null
                || (l.Is(Part.Topic, "credentials") && IsAboutMounts(said))
                || (BackupReader.IsPeriod(l) && clause.Wants && !IsAboutMounts(said)))) ? 0.7 : 0;
    }

    /// <summary>"We are done with jellyfin, remove it incl. its config volume": jellyfin goes, and
    /// what it kept.</summary>
    private static bool GoesWithService(Clause clause, Discourse said) => clause.Verb == "remove"
        && said.Before is [.., { Subject: null, Question: null } done]
        && done.Targets.Exists(t => t.Named(Known.Service) is not null)
        && clause.Lexemes.Any(l => l.Text is "it")
        && clause.Lexemes.Any(VolumeReader.IsVolumeWord)
        && clause.Lexemes.All(l => l.Named(Known.Volume) is null);

    /// <summary>"Keep its files in a volume x", right after what is to run was named.</summary>
    private static bool KeepsFiles(Clause clause, Discourse said) =>
        said.Before is [.., { Subject: null, Question: null } before]
        && before.Lexemes.Concat(said.Before.SelectMany(c => c.Lexemes)).Any(
            l => l.Is(Part.Image) || l.Named(Known.App) is not null
                && l.Named(Known.Service) is null)
        && clause.Lexemes.Any(l => l.Is(Part.Reference, "it"))
        && clause.Lexemes.Any(VolumeReader.IsVolumeWord)
        && !clause.Lexemes.Any(SizeReader.IsSize) && clause.Verb is "" or "set" or "have";

    /// <summary>"Photos down to 3 gigs, photos-db gets 1": of what is called so, the service.
    /// </summary>
    private static bool GoesOnWithLimits(Clause clause, Discourse said) =>
        said.Before is [.., { Subject: null } before]
        && before.Attributes.Exists(a => a is LimitAttribute)
        && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null)
        && clause.Lexemes.All(l => l.Named(Known.Volume) is null
            || l.Named(Known.Service) is not null)
        && !clause.Lexemes.Any(VolumeReader.IsVolumeWord);

    /// <summary>How surely a clause speaks of volumes by its own words; null: it does not.
    /// </summary>
    private static double? OfVolumes(
        Clause clause, DesiredState state, bool service, bool changes, bool memory)
    {
        var sayings = clause.Lexemes;
        var size = sayings.Any(SizeReader.IsSize);
        var volumeWord = sayings.Any(VolumeReader.IsVolumeWord);
        if (IsOfDisks(clause) && !memory && clause.Question is null
            && !(service && !sayings.Any(VolumeReader.IsVolumeWord) && KeepsNothing(clause, state)))
        {
            return 0.75;
        }
        var space = sayings.Any(l => l.Is(Part.Topic, "space"));
        // "Archive: owner should be peter" is about the volume, whoever peter is.
        if (sayings.Any(l => l.Is(Part.Topic, "owner") || l.Is(Part.Topic, "permissions"))
            && !service
            && sayings.FirstOrDefault(l => l.IsMention)?.Named(Known.Volume) is not null)
        {
            return 0.96;
        }
        var opens = clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part is not (Part.Noise
            or Part.Glue or Part.Verb));
        if (opens is not null && VolumeReader.IsVolumeWord(opens) && opens.Text != "disk"
            && !service && clause.Question is null
            && (opens.Text is "volume" or "volumes" || !MakesServices(clause))
            && clause.Verb is "" or "create" or "have" or "set")
        {
            return 0.96;
        }
        if (space && service && !memory && !size && clause.Verb is "" or "have" or "set"
            && clause.Question is null)
        {
            return 0.6;
        }
        if (changes && !service && sayings.Any(l => l.Is(Part.Path)
            && VolumeReader.At(state, l.Original) is not null))
        {
            return 0.75;
        }
        if (sayings.Any(l => l.Named(Known.Volume) is not null))
        {
            return service && !changes ? 0 : memory ? 0 : 0.8;
        }
        if (volumeWord && !service && !MakesServices(clause)
            && (clause.Question is not null || changes || clause.Verb is "create" or "have"
                or "remove" or "set"))
        {
            return 0.75;
        }
        if ((volumeWord || space) && (size || Grows(clause)) && !memory)
        {
            return 0.75;
        }
        return null;
    }

    /// <summary>"The cache may grow to 256 MB": nothing of it is on a disk.</summary>
    private static bool KeepsNothing(Clause clause, DesiredState state) =>
        clause.Lexemes.All(l => l.Named(Known.Volume) is null
            && !(l is { IsNumber: true, Unit: "Ti" } or { Unit: "Gi", Value: >= LargestMemory }))
        && clause.Lexemes.Select(l => l.Named(Known.Service)).OfType<string>().ToList()
            is { Count: > 0 } names
        && names.TrueForAll(n => state.Services.TryGetValue(n, out var s) && s.Volumes.IsEmpty);

    /// <summary>"Grow the database to 12 gigs", "60 GB for films": no memory is so large, and
    /// none grows.</summary>
    private static bool IsOfDisks(Clause clause)
    {
        var grows = clause.Lexemes.Any(l => l.Text.Split(' ')[0] is "grow" or "enlarge" or "expand"
            or "extend" or "resize");
        var sets = clause.Lexemes.Any(l => l.Text is "set aside" or "put aside" or "reserve"
            or "earmark" or "carve out");
        return clause.Verb is "" or "raise" or "create" or "have" or "set" or "limit"
            && clause.Lexemes.Any(l => SizeReader.IsSize(l) && (grows || sets
                || l.Unit == "Ti" || l is { Unit: "Gi", Value: >= LargestMemory }))
            && !clause.Lexemes.Any(l => l.IsField("cpu") || l.Is(Part.Image)
                || l.Named(Known.App) is not null && l.Named(Known.Service) is null
                    && !l.Is(Part.Topic));
    }

    public void Read(Clause clause, Discourse said)
    {
        if (BackupReader.Speaks(clause)
            || (said.Continues(this) && GoesOnWithBackups(clause, said)))
        {
            BackupReader.Read(clause);
            Shared(clause, said);
            var volumes = VolumeReader.Read(clause, said.Session.Draft.State);
            if (volumes.TrueForAll(v => v.Volumes.Count + v.Services.Count == 0)
                && said.Before is [.., { } before] && clause.Lexemes.Any(
                    l => l.Key(Part.Reference) is "it" or "them"))
            {
                // "Gitea's repos are precious, snapshot them".
                volumes.AddRange(VolumeReader.Read(new([.. before.Lexemes]),
                    said.Session.Draft.State));
            }
            clause.Attributes.AddRange(volumes.Where(v => v.Volumes.Count + v.Services.Count > 0
                || v.OneOf is not null
                || v.Name is not null || !(v.SaysNothing || IsOnlyFull(v))));
            // "Shouldn't x be backed up? Do it daily at six."
            if (said.Before is [.., { Question: not null } asked]
                && !clause.Attributes.OfType<VolumeAttribute>().Any()
                && asked.Lexemes.Select(l => l.Named(Known.Volume)).OfType<string>().ToList()
                    is { Count: > 0 } named)
            {
                clause.Attributes.Add(new VolumeAttribute { Volumes = named });
            }
            return;
        }
        var mount = clause.Lexemes.Any(l => l.Named(Known.Mount) is not null) || Mounts(clause)
            || (said.Continues(this) && IsAboutMounts(said)
                && !clause.Lexemes.Any(l => l.Named(Known.Volume) is not null));
        if (mount)
        {
            clause.Attributes.Add(Joined(Moved(clause, FileSystemReader.Read(clause),
                said.Session.Draft.State), said));
            return;
        }
        var read = VolumeReader.Read(clause, said.Session.Draft.State, IsAboutVolumes(said));
        clause.Attributes.AddRange(Settled(clause, read, said));
    }

    /// <summary>"Back up a, b and c daily at 3": what is said last is said of all.</summary>
    private static void Shared(Clause clause, Discourse said)
    {
        var own = clause.Attributes.OfType<BackupAttribute>().Last();
        // "Daily backup of a and b at 2:30, 14 copies"
        if (own.When is { SaysTime: true, SaysDays: false, Impossible: null } time
            && clause.Verb.Length == 0 && said.Before is [.., { Subject: StorageSubject } earlier]
            && earlier.Lexemes[^1].IsGlue("and")
            && earlier.Attributes.OfType<BackupAttribute>().LastOrDefault() is
                { When: { SaysTime: false, SaysDays: true, Impossible: null } days,
                    Off: false } whole)
        {
            var (clock, day) = (time.Cron.Split(' '), days.Cron.Split(' '));
            var both = own with
            {
                When = time with
                {
                    Cron = string.Join(' ', clock.Take(2).Concat(day.Skip(2))), SaysDays = true,
                },
            };
            clause.Attributes[clause.Attributes.IndexOf(own)] = both;
            earlier.Attributes[earlier.Attributes.IndexOf(whole)] = whole with
            {
                When = both.When, Retain = whole.Retain ?? own.Retain,
                Destination = whole.Destination ?? own.Destination, Type = whole.Type ?? own.Type,
            };
            return;
        }
        if (!clause.IsInherited || own.When is null
            || said.Before is not [.., { Subject: StorageSubject } before]
            || before.Attributes.OfType<BackupAttribute>().LastOrDefault() is not
                { When: null, Retain: null, Destination: null, Off: false } bare)
        {
            return;
        }
        before.Attributes[before.Attributes.IndexOf(bare)] = bare with
        {
            When = own.When, Retain = own.Retain, Destination = own.Destination, Type = own.Type,
        };
    }

    /// <summary>"The nas has a new address", "sdb1 was replaced by sdc1": what is mounted comes
    /// from elsewhere.</summary>
    private static FileSystemAttribute Moved(
        Clause clause, FileSystemAttribute read, DesiredState state)
    {
        var mounts = (state.Specs.GetValueOrDefault(StorageFile.File)?.Maps("mounts") ?? [])
            .ToList();
        if (read is { Source: null, Known: [var only] }
            && mounts.Find(m => m.Text("target") == only)?.Text("source") is { } source
            && clause.Find(Part.Address) is var host and >= 0)
        {
            clause.Use(host);
            var path = source.IndexOf(":/", StringComparison.Ordinal);
            var moved = path >= 0 ? clause[host].Text + source[path..]
                : source.StartsWith("//", StringComparison.Ordinal)
                    && source.IndexOf('/', 2) is var slash and > 0
                        ? $"//{clause[host].Text}{source[slash..]}" : null;
            return moved is null ? read : read with { Source = moved };
        }
        // Both were read, as if the second was where the first shall be.
        var (was, now) = (read.Source, read.Target);
        if (was is not null && now is not null && now.StartsWith("/dev/",
            StringComparison.Ordinal))
        {
            var turned = clause.Lexemes.Any(l => l.IsGlue("insteadof"));
            var there = mounts.Find(m => m.Text("source") == (turned ? now : was));
            if (there?.Text("target") is { } target)
            {
                return new(turned ? was : now, null, null, [target]);
            }
        }
        return read;
    }

    /// <summary>"Influx runs out of disk, give it 25 GB more": the first says of what the second
    /// speaks.</summary>
    private static List<VolumeAttribute> Settled(
        Clause clause, List<VolumeAttribute> read, Discourse said)
    {
        if (read is [{ Size.IsVague: false, Volumes.Count: 0, Services.Count: 0, Name: null } size]
            && said.Before is [.., { } before]
            && before.Attributes is [VolumeAttribute { Size: null or { IsVague: true } } vague]
            && vague.Volumes.Count + vague.Services.Count > 0)
        {
            if ((vague with { Size = null }).SaysNothing)
            {
                before.Attributes.Clear();
                before.Explains();
            }
            else
            {
                before.Attributes[0] = vague with { Size = null };
            }
            return [size with { Volumes = vague.Volumes, Services = vague.Services }];
        }
        // "Backups to /mnt/b, the other folder is full" says why, not what else is wished.
        if (read is [{ } only] && IsOnlyFull(only) && (clause.Verb is "" || clause.IsInherited)
            && said.Before is [.., { Attributes: [BackupAttribute or FileSystemAttribute, ..] }])
        {
            clause.Explains();
            return [];
        }
        return read;
    }

    /// <summary>Something is full, and it is not said what.</summary>
    private static bool IsOnlyFull(VolumeAttribute said) => said is
        { Size.IsVague: true, Volumes.Count: 0, Services.Count: 0, Name: null, Path: null,
            Owner: null, Permissions: null, Encrypted: null };

    /// <summary>"My NAS has a share //nas/a, mount it on /mnt/a": one mount in two clauses.
    /// </summary>
    private static FileSystemAttribute Joined(FileSystemAttribute read, Discourse said)
    {
        if (read.Source is not null || read.Known.Count > 0 || said.Before is not
            [.., { Attributes: [FileSystemAttribute { Source: not null, Target: null } first] }
                before])
        {
            return read;
        }
        before.Attributes.Clear();
        return read with
        {
            Source = first.Source,
            Type = read.Type ?? first.Type,
            Options = [.. first.Options.Union(read.Options)],
        };
    }

    public IEnumerable<Reply> Resolve(Clause clause, Session session)
    {
        if (clause.Verb == "spare")
        {
            return [Reply.Same("That stays as it is.")];
        }
        if (clause.Verb is "restore" or "revert")
        {
            return [Reply.Answer("`loam restore` puts a backup's data back; `loam history` and "
                + "`loam revert N` go back to an earlier state of the files.")];
        }
        var volumes = clause.Attributes.OfType<VolumeAttribute>().ToList();
        if (clause.Attributes.OfType<BackupAttribute>().FirstOrDefault() is { } backup)
        {
            return Backups(clause, session, backup, volumes.FirstOrDefault());
        }
        if (clause.Attributes.OfType<FileSystemAttribute>().FirstOrDefault() is { } mount)
        {
            return [new FileSystemEdits(this, session).Apply(clause, mount)];
        }
        return volumes.Count == 0 ? [new(ReplyKind.Unclear, "")]
            : volumes.SelectMany(v => new VolumeEdits(this, session).Apply(clause, v));
    }

    public Reply? Answer(Clause clause, Session session) => StorageAnswers.To(clause, session);

    /// <summary>"A volume for minutes, 5Gi, backed up nightly" makes it first.</summary>
    private IEnumerable<Reply> Backups(
        Clause clause, Session session, BackupAttribute backup, VolumeAttribute? volume)
    {
        var edits = new VolumeEdits(this, session);
        if (volume is { SaysNothing: false } or { Name: not null })
        {
            var made = edits.Apply(clause, volume).ToList();
            foreach (var reply in made)
            {
                yield return reply;
            }
            if (made.Exists(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal))
            {
                yield break;
            }
            volume = volume with { Volumes = session.About?.Names ?? volume.Volumes };
        }
        foreach (var reply in new BackupEdits(this, session).Apply(clause, backup, volume))
        {
            yield return reply;
        }
    }

    /// <summary>Something is to be made, and backups of it are said along.</summary>
    private static bool MakesServices(Clause clause) =>
        clause.Verb is "create" or "have" or "" or "set" && clause.Lexemes.TakeWhile(
            l => !l.IsGlue("insteadof")).Any(l => !l.Is(Part.Topic, "share") && (
            l.Is(Part.Image) && !FileSystemReader.IsSource(l)
            || (l.Named(Known.App) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Volume) is null)
            || (l.Named(Known.Role) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Volume) is null && clause.Verb is "create" or "have")));

    private static bool Mounts(Clause clause)
    {
        var source = clause.Lexemes.Any(FileSystemReader.IsSource);
        var type = clause.Lexemes.Any(l => FileSystemReader.FileSystemOf(l) is { } fs
            && fs != "ext4");
        var share = clause.Lexemes.Any(l => l.Is(Part.Topic, "share"))
            || (clause.Verb is "mount" or "unmount"
                && clause.Lexemes.Any(l => l.Is(Part.Topic, "drive") || l.IsField("disk")));
        var path = clause.Lexemes.Any(l => l.Is(Part.Path));
        var verb = clause.Verb is "mount" or "unmount"
            || clause.Lexemes.Any(l => l.IsVerb("mount") || l.Is(Part.Topic, "mounted"));
        return source && (path || verb || type || clause.Verb is "set" or "move" or "")
            || (clause.Verb == "unmount" && clause.Lexemes.All(l => !l.IsMention))
            || (verb && (type || share || (clause.Verb == "unmount" && path)))
            || (type && path) || (share && clause.Verb is "remove" or "create");
    }

    private static bool IsOfGroup(Clause clause) => Enumerable.Range(1, Math.Max(0,
        clause.Count - 1)).Any(i => clause[i] is { IsNumber: true, Unit: "" }
            && clause[i - 1].Text is "group" or "gid");

    private static bool Grows(Clause clause) => clause.Verb is "raise" or "lower"
        || clause.Find(Part.Topic, "toosmall") >= 0
        || clause.Lexemes.Any(l => l.Key(Part.Amount) is { } key
            && (key[0] == 'x' || key is "more" or "less"));

    private static bool Rhythm(Clause clause) =>
        Parsing.Times.TimeReader.Peek(clause) is not null;

    private static bool GoesOnWithBackups(Clause clause, Discourse said) =>
        (Rhythm(clause) || clause.Lexemes.Any(l => l.Is(Part.Topic, "retain")
            || l.Is(Part.Topic, "snapshot") || l.Is(Part.Topic, "archive")
            || l.Is(Part.Topic, "destination") || BackupReader.IsPeriod(l)))
        && !clause.Lexemes.Any(SizeReader.IsSize)
        && !IsAboutMounts(said);

    private static bool IsAboutVolumes(Discourse said) => said.Before.Count > 0
        ? said.Before[^1].Attributes.OfType<VolumeAttribute>().Any(
            v => v.Volumes.Count + v.Services.Count > 0)
        : said.Session.About is { Subject: StorageSubject, Names: [var name, ..] }
            && !name.StartsWith('/');

    private static bool IsAboutMounts(Discourse said) => said.Before.Count > 0
        ? said.Before[^1].Attributes.OfType<FileSystemAttribute>().Any()
        : said.Session.About?.Names is [var name, ..] && name.StartsWith('/');
}
