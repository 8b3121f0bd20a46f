using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Volumes, mounted file systems and backups.</summary>
internal sealed partial class StorageSubject : ISubject
{
    public Vocabulary Words { get; } = new("storage");

    public static readonly StorageSubject Instance = new();

    /// <summary>GiB; what is more is a size of disks, unless memory is spoken of.</summary>
    private const int LargestMemory = 40;

    public double Claim(Clause clause, Discourse said)
    {
        if (Renumbers(clause))
        {
            return 0.98;
        }
        var sayings = clause.Lexemes;
        var state = said.Session.Draft.State;
        var service = sayings.Any(l => VolumeReader.ServiceOf(l, state) is not null
            && l.Named(Known.Volume) is null);
        if (said.Before is [.., { Attributes: [FileSystemAttribute, ..] }]
                && sayings.Any(l => l.Is(Part.Topic, "credentials"))
                && sayings.Any(l => l.Is(Part.Path))
            || IsAboutMounts(said) && clause.Question is null && !service
                && sayings.Any(l => l.Is(Part.Reference, "it"))
                && sayings.Any(l => l.IsField("writable") || l.IsField("readonly")))
        {
            return 0.97;
        }
        if (IsOfServices(clause) || Parsing.Attributes.StoreReader.Speaks(clause)
            || GoesWithService(clause, said))
        {
            return 0;
        }
        if (GoesOnWithCopies(clause, said) || BackupReader.Speaks(clause))
        {
            return MakesServices(clause) ? 0 : 0.85;
        }
        if (GoesOnWithLimits(clause, said) || KeepsFiles(clause, said)
            || sayings.Any(l => l.Is(Part.Reference, "it")
                && l.Text.Split(' ')[^1] is "container" or "service" or "app"))
        {
            return 0;
        }
        if (sayings.Any(l => l.Is(Part.Path)) && !service
            && (clause.Question is null || WantsThere(clause))
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
        var changes = size || Changes(clause);
        if (size && Furnishes(clause))
        {
            return 0.96;
        }
        if (OfVolumes(clause, state, service, changes, memory) is { } sure)
        {
            return sure;
        }
        return said.Continues(this) && !service && !memory && GoesOn(clause, said, changes)
            ? 0.7 : 0;
    }

    /// <summary>It says more of the volumes, mounts or backups that were spoken of.</summary>
    private static bool GoesOn(Clause clause, Discourse said, bool changes)
    {
        return !MakesServices(clause)
            && (changes || Rhythm(clause) || (Grows(clause) && IsAboutVolumes(said))
                || clause.Lexemes.Any(l => l.Is(Part.Topic, "retain")
                || l.Is(Part.Topic, "snapshot") || l.Is(Part.Topic, "archive")
                || l.IsField("readonly") || l.Is(Part.Topic, "unchanged")
                || l.Is(Part.Topic, "destination") || l.IsReference("it") && IsSent(clause)
                || FileSystemReader.OptionOf(l) is not null
                || FileSystemReader.FileSystemOf(l) is not null
                || (l.Is(Part.Topic, "credentials") && IsAboutMounts(said))
                || (BackupReader.IsPeriod(l) && !IsAboutMounts(said)
                    && (clause.Wants || l.Text.Split(' ')[^1] is "worth" or "of"))));
    }

    /// <summary>What they wait for, and the sticks they are given.</summary>
    private static bool IsOfServices(Clause clause) =>
        Parsing.Attributes.NewVolumeReader.Speaks(clause) || clause.Verb == "depend"
            && clause.Lexemes.Any(l => l.Named(Known.App) is not null)
        || clause.Lexemes.Any(l => l.Original.StartsWith("/dev/tty", StringComparison.Ordinal));

    /// <summary>"A volume artifacts, owned by 1500".</summary>
    private static bool Furnishes(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(VolumeReader.IsVolumeWord) && clause.Lexemes.Any(
            l => l.Is(Part.Topic, "owner") || l.Is(Part.Topic, "permissions"))
        && clause.Verb is "create" or "set" or "have" or "";

    private static bool Changes(Clause clause) => clause.Lexemes.Any(
            l => l.Is(Part.Topic, "encrypt") || l.Is(Part.Topic, "uid")
                || l.Is(Part.Topic, "permissions") || l.Is(Part.Topic, "owner")
                || l.Is(Part.Topic, "private") || l.Is(Part.Topic, "groupwrite")
                || l.Is(Part.Topic, "groupread") || l.Is(Part.Topic, "allwrite")
                || l.Is(Part.Topic, "allread"))
        || clause.Lexemes.Any(l => l.Named(Known.Volume) is not null) && (IsOfGroup(clause)
            || clause.Verb is "" or "set" or "have" && Enumerable.Range(0, clause.Count).Any(
                i => VolumeReader.IsMode(clause, i)))
        || IsGiven(clause);

    /// <summary>"To 33:33 with 0755": whose files they are, and their mode.</summary>
    private static bool IsGiven(Clause clause) => clause.Lexemes.Any(l => l.Is(Part.PortPair))
        && Enumerable.Range(0, clause.Count).Any(i => VolumeReader.IsMode(clause, i));

    private static void UseSent(Clause clause)
    {
        if (IsSent(clause))
        {
            clause.Use(clause.Lexemes.ToList().FindIndex(Sends));
        }
    }

    private static bool Sends(Lexeme lexeme) => lexeme.Text is "send" or "store" or "save"
        or "write" or "put" or "keep";

    /// <summary>"Send it to /mnt/backup": what is backed up.</summary>
    private static bool IsSent(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(Sends) && clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p =>
                (p.First.IsGlue("to") || p.First.IsGlue("on"))
                    && (p.Second.Is(Part.Path) || p.Second.Is(Part.Url)));

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
        && clause.Lexemes.Any(l => l.Is(Part.Reference, "it") || l.IsField("data")
            && l.Text.StartsWith("its", StringComparison.Ordinal))
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
        // "Use a newer influx" is about what runs.
        if (clause.Verb is "upgrade" or "downgrade" && !changes && !volumeWord && sayings.Any(
            l => l.Named(Known.Volume) is not null && l.Named(Known.App) is not null))
        {
            return 0;
        }
        if (service && IsGiven(clause))
        {
            return 0.85;
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
        if (GoesOnWithCopies(clause, said))
        {
            ReadCopies(clause, said);
            return;
        }
        if (BackupReader.Speaks(clause)
            || (said.Continues(this) && GoesOnWithBackups(clause, said)))
        {
            var absent = VolumeReader.Absent(clause);
            BackupReader.Read(clause);
            UseSent(clause);
            Shared(clause, said);
            BackupReader.Follow(clause, said);
            var volumes = VolumeReader.Read(clause, said.Session.Draft.State);
            volumes[0] = absent.Count == 0 ? volumes[0] : volumes[0] with { Absent = absent };
            if (volumes.TrueForAll(v => v.Volumes.Count + v.Services.Count == 0)
                && said.Before is [.., { } before] && clause.Lexemes.Any(
                    l => l.Key(Part.Reference) is "it" or "them"))
            {
                // "Gitea's repos are precious, snapshot them".
                volumes.AddRange(VolumeReader.Read(new([.. before.Lexemes]),
                    said.Session.Draft.State).Where(v => v.OneOf is not null
                        || v.Volumes.Count + v.Services.Count > 0).Select(
                    v => new VolumeAttribute
                    {
                        Volumes = v.Volumes, Services = v.Services, OneOf = v.OneOf,
                    }));
            }
            clause.Attributes.AddRange(volumes.Where(v => v.Volumes.Count + v.Services.Count > 0
                || v.OneOf is not null
                || v.Name is not null || v.Absent.Count > 0 || !(v.SaysNothing || IsOnlyFull(v))));
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
            || Renumbers(clause)
            || (said.Continues(this) && IsAboutMounts(said)
                && !clause.Lexemes.Any(l => l.Named(Known.Volume) is not null));
        if (mount)
        {
            clause.Question = WantsThere(clause) ? null : clause.Question;
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
                When = both.When, Type = whole.Type ?? own.Type,
                Retain = whole.Retain ?? own.Retain,
                Destination = whole.Destination ?? own.Destination,
                Credentials = whole.Credentials ?? own.Credentials,
            };
            return;
        }
        // "Site nightly at one, blog half an hour later": than that.
        if (own is { Shift: { } shift, When: null } && said.Before is
            [.., { Subject: StorageSubject } first] && first.Attributes.OfType<BackupAttribute>()
                .LastOrDefault()?.When is { SaysTime: true, Impossible: null } model)
        {
            var moved = model.Cron.Split(' ');
            if (Jobs.JobTimes.Shifted(moved, shift))
            {
                clause.Attributes[clause.Attributes.IndexOf(own)] = own with
                {
                    Shift = null, When = model with { Cron = string.Join(' ', moved) },
                };
                return;
            }
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
            Credentials = own.Credentials,
        };
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
            return OnlyAbsent(clause, session, volumes) is { } absent ? [absent]
                : Missing(volumes).Concat(Backups(clause, session, backup, volumes));
        }
        if (clause.Attributes.OfType<FileSystemAttribute>().FirstOrDefault() is { } mount)
        {
            return [new FileSystemEdits(this, session).Apply(clause, mount)];
        }
        return volumes.Count == 0 ? [new(ReplyKind.Unclear, "")]
            : Missing(volumes).Concat(Made(clause, session, volumes));
    }

    public Reply? Answer(Clause clause, Session session) => StorageAnswers.To(clause, session);

    /// <summary>Something is to be made, and backups of it are said along.</summary>
    private static bool MakesServices(Clause clause) =>
        clause.Verb is "create" or "have" or "" or "set" && clause.Lexemes.TakeWhile(
            l => !l.IsGlue("insteadof")).Any(l => !l.Is(Part.Topic, "share") && (
            l.Is(Part.Image) && !FileSystemReader.IsSource(l)
            || (l.Named(Known.App) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Volume) is null)
            || (l.Named(Known.Role) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Volume) is null && clause.Verb is "create" or "have")));

    private static bool Grows(Clause clause) => clause.Verb is "raise" or "lower"
        || clause.Find(Part.Topic, "toosmall") >= 0
        || clause.Lexemes.Any(l => l.Key(Part.Amount) is { } key
            && (key[0] == 'x' || key is "more" or "less"));

    private static bool Rhythm(Clause clause) =>
        Parsing.Times.TimeReader.Peek(clause) is not null;

    private static bool GoesOnWithBackups(Clause clause, Discourse said) =>
        (Rhythm(clause) || clause.Lexemes.Any(l => l.Is(Part.Topic, "retain")
            || l.Is(Part.Topic, "snapshot") || l.Is(Part.Topic, "archive")
            || l.Is(Part.Topic, "destination") || BackupReader.IsPeriod(l)
            || l.Is(Part.Topic, "later") && BackupReader.Follows(said)
            || l.IsReference("it") && IsSent(clause) && !IsAboutVolumes(said)))
        && !clause.Lexemes.Any(SizeReader.IsSize)
        && !IsAboutMounts(said);
}
