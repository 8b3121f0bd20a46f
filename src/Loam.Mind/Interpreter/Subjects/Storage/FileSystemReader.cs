using System.Text.RegularExpressions;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a clause says of mounted file systems: what, where, of which kind, with which
/// options.</summary>
internal static partial class FileSystemReader
{
    /// <summary>A device, a label, a share or a server's directory: what can be mounted.
    /// </summary>
    public static bool IsSource(Lexeme lexeme) =>
        (lexeme.Original.StartsWith("/dev/", StringComparison.Ordinal) && !IsGadget(lexeme))
        || IsShare(lexeme) || IsExport(lexeme) || IsById(lexeme)
        || Device().IsMatch(lexeme.Original) || Uuid().IsMatch(lexeme.Original);

    /// <summary>As it is written in the file: <c>sdb1</c> is a device, a bare UUID is one.
    /// </summary>
    private static string Written(Lexeme source) =>
        Device().IsMatch(source.Original) ? $"/dev/{source.Original}"
        : Uuid().IsMatch(source.Original) ? $"UUID={source.Original}"
        : source.Original.Replace('\\', '/');

    /// <summary>A stick, a camera, a graphics card: no file system is on it.</summary>
    public static bool IsGadget(Lexeme lexeme) => s_gadgets.Any(g =>
        lexeme.Original.StartsWith($"/dev/{g}", StringComparison.Ordinal));

    private static readonly string[] s_gadgets =
        ["tty", "serial", "dri", "video", "snd", "bus/usb", "usb", "dvb", "net/", "kvm", "i2c",
         "spi", "gpio", "input", "nvidia", "kfd", "apex", "hidraw", "lirc", "rtc", "fuse"];

    private static bool IsShare(Lexeme lexeme) =>
        lexeme.Original.StartsWith("//", StringComparison.Ordinal)
        || lexeme.Original.StartsWith("\\\\", StringComparison.Ordinal);

    /// <summary><c>nas.local:/volume1/music</c>; <c>data:/data</c> is a volume in a service.
    /// </summary>
    private static bool IsExport(Lexeme lexeme) => lexeme.Is(Part.Mount)
        && lexeme.Original.Split(":/") is [var host, _] && host.Length > 0
        && !host.StartsWith('/') && (host.Contains('.', StringComparison.Ordinal)
            || host.Contains('@', StringComparison.Ordinal));

    private static bool IsById(Lexeme lexeme) => lexeme.Is(Part.Assignment)
        && lexeme.Original.Split('=')[0] is "UUID" or "LABEL" or "PARTUUID" or "PARTLABEL";

    public static FileSystemAttribute Read(Clause clause)
    {
        var known = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].Named(Known.Mount) is { } mount)
            {
                known.Add(mount);
                clause.Use(at);
            }
        }
        var options = Options(clause, out var without);
        var source = Enumerable.Range(0, clause.Count)
            .FirstOrDefault(i => clause.IsFree(i) && (IsSource(clause[i])
                || (clause[i].Is(Part.Mount) && clause.Verb == "mount")), -1);
        // "Swap /dev/sda1 at /mnt/tank for /dev/sdc1": the other one is new.
        if (known.Count > 0 && source >= 0 && Enumerable.Range(source + 1,
            clause.Count - source - 1).FirstOrDefault(i => IsSource(clause[i]), -1) is >= 0
                and var other)
        {
            clause.Use(source);
            clause.Use(other);
            source = Enumerable.Range(source, other - source).Any(
                i => clause[i].IsGlue("insteadof")) ? source : other;
        }
        if (source >= 0)
        {
            clause.Use(source);
        }
        var type = Type(clause, source < 0 ? null : clause[source]);
        if (source < 0 && type == "tmpfs")
        {
            Size(clause, options);
        }
        var target = clause.All(Part.Path).LastOrDefault(at => !IsOfLogin(clause, at), -1);
        foreach (var file in clause.All(Part.Path).Where(at => IsOfLogin(clause, at)).ToList())
        {
            clause.Use(file);
        }
        if (target >= 0)
        {
            clause.Use(target);
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && (clause[i].Is(Part.Topic, "share") || clause[i].Is(Part.Topic, "drive")
                || (SizeReader.IsSize(clause[i]) && i + 1 < clause.Count
                    && (clause[i + 1].Is(Part.Topic, "drive") || clause[i + 1].IsField("disk")))
                || clause[i].Is(Part.Topic, "filesystem")
                || clause[i].IsField("volume") || clause[i].IsField("disk")
                || clause[i].Is(Part.Topic, "mounted") || clause[i].Is(Part.Reference)
                || clause[i].IsVerb("mount"))).ToList())
        {
            clause.Use(at);
        }
        return new(source < 0 ? (type == "tmpfs" ? "tmpfs" : null)
            : Written(clause[source]),
            target < 0 ? null : clause[target].Original, type, [.. known.Distinct()])
        {
            Options = options,
            Without = without,
        };
    }

    /// <summary>"Login is in the file /etc/cred (credentials=/etc/cred)": said twice.</summary>
    private static bool IsOfLogin(Clause clause, int at) => clause.Lexemes.Any(l =>
        l.Is(Part.Assignment) && l.Original.EndsWith($"={clause[at].Original}",
            StringComparison.Ordinal));

    private static List<string> Options(Clause clause, out List<string> without)
    {
        var options = new List<string>();
        without = [];
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at))
            {
                continue;
            }
            var lexeme = clause[at];
            if (lexeme.Original.Contains(',', StringComparison.Ordinal)
                && lexeme.Readings[0].Part is Part.Assignment or Part.Unknown or Part.Mount)
            {
                options.AddRange(lexeme.Original.Split(',',
                    StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                clause.Use(at);
                continue;
            }
            var option = OptionOf(lexeme) ?? Secret(clause, at)
                ?? (lexeme.IsField("readonly") ? "ro" : lexeme.IsField("writable") ? "rw"
                : lexeme.Is(Part.Assignment) && !IsById(lexeme) ? lexeme.Original : null);
            if (lexeme.Is(Part.Topic, "credentials") && NextPath(clause, at) is var file and >= 0)
            {
                option = $"credentials={clause[file].Original}";
                clause.Use(file);
            }
            if (lexeme.IsField("version") && clause.NextValue(at) is >= 0 and var number
                && clause[number] is { } value && (value.IsNumber || value.Is(Part.Version)))
            {
                clause.Use(number);
                option = $"vers={value.Original}";
            }
            if (s_numbered.Contains(lexeme.Original) && clause.NextValue(at) is >= 0 and var of
                && clause[of].IsNumber)
            {
                clause.Use(of);
                option = $"{lexeme.Original}={clause[of].Original}";
            }
            if (lexeme.Is(Part.Topic, "bootstop") && at > 0 && clause[at - 1].IsGlue("not"))
            {
                clause.Use(at - 1, at);
                options.Add("nofail");
                continue;
            }
            if (option is null)
            {
                continue;
            }
            clause.Use(at);
            // "It should not be read only"
            var be = at > 1 && clause[at - 1].Text.Split(' ')[^1] is "be" or "mounted"
                && clause[at - 2].IsGlue("not");
            clause.Use(be ? at - 2 : at);
            var gone = be || at > 0 && (clause[at - 1].IsGlue("without")
                || clause[at - 1].IsGlue("not")
                || clause[at - 1].Text == "no");
            (gone ? without : options).Add(option);
        }
        if (options.Contains("rw"))
        {
            without.Add("ro");
        }
        if (options.Contains("ro"))
        {
            without.Add("rw");
        }
        return options;
    }

    /// <summary>"Credentials secret NAS", "password from the secret NAS": the option that says so.
    /// </summary>
    private static string? Secret(Clause clause, int at)
    {
        if (!clause[at].IsField("secret"))
        {
            return null;
        }
        var name = Enumerable.Range(at + 1, Math.Min(2, clause.Count - at - 1)).FirstOrDefault(
            i => clause[i].Named(Known.Secret) is not null || clause[i].Is(Part.Identifier)
                || (clause[i].Is(Part.Unknown) || i == at + 1
                        && clause[i].Original.All(char.IsAsciiLetterUpper))
                    && Literals.IsIdentifier(clause[i].Original), -1);
        if (name < 0)
        {
            return null;
        }
        clause.Use(name);
        foreach (var word in Enumerable.Range(Math.Max(0, at - 3), Math.Min(at, 3)).Where(
            i => clause[i].Is(Part.Topic, "credentials") || clause[i].IsField("password")))
        {
            clause.Use(word);
        }
        return $"password=${{secrets.{clause[name].Named(Known.Secret) ?? clause[name].Original}}}";
    }

    public static string? OptionOf(Lexeme lexeme) => lexeme.Readings.FirstOrDefault(
        r => r.Part == Part.Topic && r.Key.StartsWith("option:", StringComparison.Ordinal))
        .Key?["option:".Length..];

    private static int NextPath(Clause clause, int from)
    {
        for (var at = from + 1; at < clause.Count && at <= from + 4; at++)
        {
            if (clause.IsFree(at) && clause[at].Is(Part.Path))
            {
                return at;
            }
        }
        return -1;
    }

    private static string? Type(Clause clause, Lexeme? source)
    {
        string? type = null;
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && FileSystemOf(clause[at]) is { } said)
            {
                clause.Use(at);
                type ??= said;
            }
        }
        return type ?? (source is null ? null : IsShare(source) ? "cifs"
            : IsExport(source) ? "nfs" : "auto");
    }

    public static string? FileSystemOf(Lexeme lexeme) => lexeme.Readings.FirstOrDefault(
        r => r.Part == Part.Topic && r.Key.StartsWith("fs:", StringComparison.Ordinal)).Key?[3..];

    /// <summary>What lies in memory has a size instead of a source.</summary>
    private static void Size(Clause clause, List<string> options)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause.IsFree(i) && SizeReader.IsSize(clause[i]), -1);
        if (at >= 0)
        {
            clause.Use(at);
            var unit = char.ToUpperInvariant(clause[at].Unit[0]);
            options.Add($"size={clause[at].Value:0.###}{unit}");
        }
    }

    /// <summary>Options that have a number.</summary>
    private static readonly string[] s_numbered =
        ["timeo", "retrans", "rsize", "wsize", "acregmin", "acregmax", "actimeo", "commit", "uid",
            "gid", "umask", "fmask", "dmask", "file_mode", "dir_mode"];

    [GeneratedRegex("^(sd[a-z][0-9]{0,2}|vd[a-z][0-9]{0,2}|nvme[0-9]n[0-9](p[0-9]{1,2})?"
        + "|mmcblk[0-9](p[0-9]{1,2})?)$")]
    private static partial Regex Device();

    [GeneratedRegex("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}"
        + "-[0-9a-fA-F]{12}$")]
    private static partial Regex Uuid();
}
