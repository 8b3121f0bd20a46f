using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a clause says of volumes.</summary>
internal static partial class VolumeReader
{
    /// <summary>The word for the thing itself, not for any folder.</summary>
    public static bool IsVolumeWord(Lexeme lexeme) =>
        lexeme.IsField("volume") && lexeme.Text is not ("mount point" or "bind" or "folder"
            or "directory" or "dir" or "host folder" or "host directory");

    /// <summary>The volume that is declared at a path; null: none is.</summary>
    public static string? At(DesiredState state, string path) =>
        state.Volumes.Values.FirstOrDefault(v => v.Path == path)?.Name;

    /// <summary>The service that a word names: by its name, or by the app it alone runs.
    /// </summary>
    public static string? ServiceOf(Lexeme lexeme, DesiredState state)
    {
        if (lexeme.Named(Known.Service) is { } name)
        {
            return name;
        }
        if (lexeme.Named(Known.App) is not { } app)
        {
            return null;
        }
        var running = state.Services.Values
            .Where(s => AppCatalog.ByImage(s.Image)?.Name == app).Take(2).ToList();
        return running is [var only] ? only.Name : null;
    }

    /// <summary>Mostly one; "alpha 5Gi and beta 10Gi" are two.</summary>
    public static List<VolumeAttribute> Read(
        Clause clause, DesiredState state, bool continues = false)
    {
        var several = Several(clause);
        if (several.Count > 1)
        {
            return several;
        }
        var (names, absent) = (Listed(clause), Absent(clause));
        var one = One(clause, state, continues) with { Absent = absent };
        return names.Count == 0 ? [one] : names.ConvertAll(n => one with
        {
            Name = n, Volumes = [], Services = [], OneOf = null,
        });
    }

    /// <summary>"Alpha 5Gi", "alpha (5Gi)": the name before a size; -1: there is none.</summary>
    private static int Named(Clause clause, int size)
    {
        var at = size - 1;
        at -= at > 0 && clause[at].IsGlue("comma") ? 1 : 0;
        return at >= 0 && clause.IsFree(at) && CanName(clause[at]) ? at : -1;
    }

    private static List<VolumeAttribute> Several(Clause clause)
    {
        var pairs = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).Where(
                i => SizeReader.IsSize(clause[i]) && clause.IsFree(i))
            .Select(i => (Name: Named(clause, i), Size: i)).Where(p => p.Name >= 0).ToList();
        if (pairs.Count < 2)
        {
            return [];
        }
        foreach (var (name, size) in pairs)
        {
            clause.Use(name, size);
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (IsVolumeWord(clause[i]) || (clause[i].IsNumber && clause[i].Unit.Length == 0)
                || clause[i].Key(Part.Amount) is not null)).ToList())
        {
            clause.Use(at);
        }
        return
        [
            .. pairs.Select(p => new VolumeAttribute
            {
                Name = NameReader.AsLabel(clause[p.Name].Original),
                Size = new(AmountKind.Absolute, clause[p.Size].Value,
                    SizeReader.Unit(clause[p.Size])),
            }),
        ];
    }

    /// <summary>"The database": the services that are one; null: no such word, or none is.
    /// </summary>
    private static Choice? OneOf(Clause clause, DesiredState state)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Named(Known.Role) is not null && clause[i].Named(Known.App) is null, -1);
        var found = at < 0 ? [] : new TargetResolver(state, []).Candidates(
            TargetReader.TargetAt(clause, at));
        if (found.Count == 0)
        {
            return null;
        }
        clause.Use(at);
        // "The results database" is the one with that word in its name.
        var called = found.Where(f => Enumerable.Range(0, clause.Count).Any(i => clause.IsFree(i)
            && f.Split('-').Contains(clause[i].Text))).ToList();
        if (called.Count > 0)
        {
            foreach (var i in Enumerable.Range(0, clause.Count).Where(i => called.Exists(
                c => c.Split('-').Contains(clause[i].Text))).ToList())
            {
                clause.Use(i);
            }
        }
        return new(called.Count > 0 ? called : found);
    }

    private static VolumeAttribute One(Clause clause, DesiredState state, bool continues)
    {
        var volumes = new List<string>();
        var services = new List<string>();
        var like = Compared(clause, state);
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at) || !clause[at].IsMention)
            {
                continue;
            }
            if (clause[at].Named(Known.Volume) is { } volume)
            {
                volumes.Add(volume);
                clause.Use(at);
            }
            else if (ServiceOf(clause[at], state) is { } service)
            {
                services.Add(service);
                clause.Use(at);
            }
        }
        var every = clause.Lexemes.Any(l => l.Named(Known.Role) is not null
                && l.Text.EndsWith('s')
            || l.IsReference("all") || l.Text is "both" or "every" or "each");
        var choice = volumes.Count + services.Count > 0 || clause.Lexemes.Any(IsVolumeWord)
            && Enumerable.Range(0, clause.Count).Any(i => IsGiven(clause, i))
                ? null : OneOf(clause, state);
        if (choice is not null && every)
        {
            services.AddRange(choice.Services);
            choice = null;
        }
        if (choice is { Services: [var only] })
        {
            (choice, services) = (null, [only]);
        }
        Exact(clause, state, volumes, services);
        var encrypted = Encrypted(clause);
        var owner = Owner(clause);
        var permissions = Permissions(clause);
        var fileSystem = FileSystem(clause);
        var size = SizeReader.Read(clause,
            continues || volumes.Count + services.Count > 0 || choice is not null);
        // "They outgrew their mode, 0770": it is of that, and of no size.
        size = size is { IsVague: true } && (permissions ?? owner) is not null ? null : size;
        var path = Place(clause, state, volumes);
        var known = volumes.Count + services.Count > 0 || choice is not null
            || (continues && !clause.Lexemes.Any(IsVolumeWord));
        var name = known ? null : Name(clause);
        UseWords(clause, like is not null);
        return new()
        {
            Volumes = [.. volumes.Distinct()],
            Services = [.. services.Distinct()],
            OneOf = choice,
            Name = name,
            Like = like,
            Size = size,
            Path = path < 0 ? null : clause[path].Original,
            Owner = owner,
            Permissions = permissions,
            Encrypted = encrypted,
            FileSystem = fileSystem,
        };
    }

    private static void UseWords(Clause clause, bool compares)
    {
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].IsField("volume") || clause[i].Is(Part.Topic, "space")
                || clause[i].IsField("data") || clause[i].IsField("disk")
                || clause[i].Is(Part.Topic, "unchanged") || clause[i].Is(Part.Topic, "settings")
                || clause[i].Is(Part.Topic, "samehour") && compares
                || clause[i].Is(Part.Reference))).ToList())
        {
            clause.Use(at);
        }
    }

    /// <summary>"The db disk of the cloud": of its volumes, the one with that word.</summary>
    private static void Exact(
        Clause clause, DesiredState state, List<string> volumes, List<string> services)
    {
        if (volumes.Count > 0 || services is not [var service])
        {
            return;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at) || clause[at].Text.Length < 2
                || clause[at].Readings[0].Part is Part.Noise or Part.Glue or Part.Verb)
            {
                continue;
            }
            var word = clause[at].Text;
            var named = state.Volumes.Keys.Where(v => v.Split('-', '_') is var parts
                && parts.Contains(service.Split('-')[0]) && parts.Contains(word)).ToList();
            if (named is [var only])
            {
                clause.Use(at);
                services.Clear();
                volumes.Add(only);
                return;
            }
        }
    }

    /// <summary>Where it shall lie: its position; -1: not said. A path at which a volume is names
    /// it.</summary>
    private static int Place(Clause clause, DesiredState state, List<string> volumes)
    {
        // "It lives in /a, it should live in /b": the last one is meant.
        var paths = clause.All(Part.Path).ToList();
        var path = paths.Count == 0 ? -1 : paths[^1];
        foreach (var at in paths)
        {
            clause.Use(at);
            if (At(state, clause[at].Original) is { } there
                && (volumes.Count == 0 || volumes.Contains(there) || at != path))
            {
                volumes.Add(there);
                path = at == path ? -1 : path;
            }
        }
        return path;
    }

    /// <summary>The volume that is only a pattern; null: there is none.</summary>
    private static string? Compared(Clause clause, DesiredState state)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].IsMention && IsCompared(clause, i), -1);
        if (at < 0)
        {
            return null;
        }
        clause.Use(at);
        for (var word = Math.Max(0, at - 3); word < at; word++)
        {
            if (clause[word].Text.Split(' ')[^1] is "like" or "as" or "same" or "exactly")
            {
                clause.Use(word);
            }
        }
        return clause[at].Named(Known.Volume) ?? (ServiceOf(clause[at], state) is { } service
            ? state.Services[service].Volumes.Select(v => v.Source)
                .FirstOrDefault(state.Volumes.ContainsKey) : null);
    }

    /// <summary>"Like the nextcloud one", "the same as wordpress-db".</summary>
    private static bool IsCompared(Clause clause, int at)
    {
        if (clause[at].Role == Role.Model || at > 0 && clause[at - 1].Is(Part.Topic, "like")
            && !clause[at - 1].IsMention && clause.Lexemes.Take(at - 1).Any(l => l.IsMention))
        {
            return true;
        }
        var before = clause.Next(at, -1);
        var words = Enumerable.Range(Math.Max(0, at - 3), Math.Min(at, 3))
            .Select(i => clause[i].Text).ToList();
        return words.Contains("like") || words.Exists(w => w.EndsWith("same as",
                StringComparison.Ordinal) || w is "just like" or "similar to" or "same way as")
            || words.Contains("same way as") || (before >= 0
            && clause[before].IsGlue("as") && words.Any(w => w is "same" or "just" or "exactly"
                or "the same"));
    }

    private static bool? Encrypted(Clause clause)
    {
        var at = clause.Find(Part.Topic, "encrypt");
        if (at < 0)
        {
            return null;
        }
        clause.Use(at);
        var not = clause.Negated || clause.Verb is "remove" or "stop" or "unset"
            || Enumerable.Range(Math.Max(0, at - 3), Math.Min(at, 3)).Any(i =>
                clause[i].IsGlue("not") || clause[i].IsGlue("without") || clause[i].Text == "no");
        return !not;
    }

    /// <summary>"Owned by 1000:1000", "uid 1000 gid 1000", "belongs to rita".</summary>
    private static string? Owner(Clause clause)
    {
        var at = clause.Find(Part.Topic, "owner");
        at = at >= 0 ? at : clause.Find(Part.Topic, "uid");
        if (at < 0)
        {
            return OfGroup(clause) ?? Given(clause);
        }
        clause.Use(at);
        var numbers = new List<string>();
        for (var next = at + 1; next < clause.Count && next <= at + 7; next++)
        {
            var lexeme = clause[next];
            if ((lexeme.Is(Part.PortPair) || lexeme.Is(Part.Image)
                && !lexeme.Text.Contains('/', StringComparison.Ordinal)) && numbers.Count == 0)
            {
                clause.Use(next);
                return lexeme.Text;
            }
            if (lexeme.IsNumber && lexeme.Unit.Length == 0)
            {
                numbers.Add(lexeme.Text);
                clause.Use(next);
                if (numbers.Count == 2)
                {
                    break;
                }
                continue;
            }
            if (lexeme.Text is "stays" or "stay" or "remains" or "keeps" or "uid" or "gid" or "user"
                or "group")
            {
                clause.Use(next);
                continue;
            }
            if (lexeme.Text is "is" or "now" || lexeme.IsField("user") || lexeme.IsField("group")
                || lexeme.IsGlue("wish") || lexeme.IsField("volume")
                // "The owner of scratch should be 1001:1001"
                || lexeme.Named(Known.Volume) is not null && lexeme.Named(Known.User) is null
                || lexeme.IsVerb("set")
                || lexeme.Readings[0].Part is Part.Noise or Part.Glue)
            {
                if (lexeme.IsGlue("and") && numbers.Count == 0)
                {
                    break;
                }
                if (lexeme.IsField("user") || lexeme.IsField("group")
                    || lexeme.Text is "stays" or "stay" or "remains" or "keeps")
                {
                    clause.Use(next);
                }
                continue;
            }
            if (numbers.Count == 0 && (lexeme.Is(Part.Unknown) || lexeme.IsMention
                || lexeme.Is(Part.Quoted)))
            {
                clause.Use(next);
                return lexeme.Original;
            }
            break;
        }
        return numbers.Count == 0 ? null : string.Join(':', numbers);
    }

    /// <summary>"For group 200 now": whose it is else stays.</summary>
    private static string? OfGroup(Clause clause)
    {
        var at = Enumerable.Range(0, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            clause[i].Text is "group" or "gid" && clause.IsFree(i + 1)
            && clause[i + 1] is { IsNumber: true, Unit: "" }, -1);
        if (at < 0)
        {
            return null;
        }
        clause.Use(at, at + 1);
        return $":{clause[at + 1].Text}";
    }

    /// <summary>"To 33:33 with 0755": beside a mode, that is an owner.</summary>
    private static string? Given(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Is(Part.PortPair), -1);
        if (at < 0 || !Enumerable.Range(0, clause.Count).Any(i => IsMode(clause, i)))
        {
            return null;
        }
        clause.Use(at);
        return clause[at].Text;
    }

    private static string? Permissions(Clause clause)
    {
        foreach (var (topic, mode) in (ReadOnlySpan<(string, string)>)
            [("private", "0700"), ("groupwrite", "0770"), ("allwrite", "0777"),
             ("groupread", "0750"), ("allread", "0755")])
        {
            if (clause.Find(Part.Topic, topic) is var said and >= 0)
            {
                clause.Use(said);
                foreach (var more in Enumerable.Range(0, clause.Count).Where(i => IsMode(clause, i)
                    || clause[i].Is(Part.Topic, "read") || clause[i].Is(Part.Topic, "write")
                    || clause[i].IsField("readonly")))
                {
                    clause.Use(more);
                }
                return mode;
            }
        }
        var at = clause.Find(Part.Topic, "permissions");
        if (at < 0)
        {
            var modes = Enumerable.Range(0, clause.Count).Where(i => IsMode(clause, i)).ToList();
            if (modes.Count == 0)
            {
                return null;
            }
            modes.ForEach(clause.Use);
            // "770 instead of 775", "nothing needs 775, 750 please"
            var meant = modes.FindLast(m => m == 0 || !(clause[m - 1].IsGlue("insteadof")
                || clause[m - 1].IsGlue("not") || clause[m - 1].IsGlue("from")));
            return clause[meant].Text.PadLeft(4, '0');
        }
        clause.Use(at);
        for (var next = at + 1; next < clause.Count; next++)
        {
            if (clause.IsFree(next) && clause[next].Text is { Length: 3 or 4 } text
                && text.All(c => c is >= '0' and <= '7'))
            {
                clause.Use(next);
                return text.PadLeft(4, '0');
            }
        }
        return null;
    }

    /// <summary><c>0750</c> is nothing but a mode.</summary>
    public static bool IsMode(Clause clause, int at) => clause.IsFree(at)
        && clause[at].Text.All(c => c is >= '0' and <= '7') && clause[at].Text switch
        {
            { Length: 4 } text => text[0] == '0' || text[0] is '1' or '2' && text[1] == '7',
            // "Scratch should be 750": no size, and no number of copies.
            { Length: 3 } text => text[0] is '7' or '6' or '5' && clause[at].Unit.Length == 0
                && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null)
                && !clause.Lexemes.Any(l => l.Is(Part.Topic, "retain") || l.IsField("backup")
                    || l.IsVerb("backup") || SizeReader.IsSize(l) || l.IsField("memory")
                    || l.IsField("port") || l.IsVerb("limit") || l.IsGlue("per")),
            _ => false,
        };

    private static string? FileSystem(Clause clause)
    {
        if (clause.Find(Part.Topic, "filesystem") is var word and >= 0)
        {
            clause.Use(word);
        }
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && FileSystemReader.FileSystemOf(clause[i]) is "ext4" or "ext3" or "xfs" or "btrfs"
                or "zfs" or "f2fs" or "ntfs" or "exfat" or "vfat", -1);
        if (at < 0)
        {
            return null;
        }
        clause.Use(at);
        return FileSystemReader.FileSystemOf(clause[at]);
    }
}
