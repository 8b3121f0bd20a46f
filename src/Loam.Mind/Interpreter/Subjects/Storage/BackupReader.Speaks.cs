using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Whether a clause speaks of backups at all.</summary>
internal static partial class BackupReader
{
    public static bool Speaks(Clause clause) =>
        clause.Verb == "backup" || clause.Lexemes.Any(l => l.IsField("backup")
            || (l.IsVerb("backup") && !l.IsMention))
        // "Keep 30 copies of nextcloud-data"
        || (clause.Lexemes.Any(l => l.Is(Part.Topic, "retain") && l.Text != "hold")
            && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null)
            && clause.Lexemes.Any(l => IsPeriod(l) || l is { IsNumber: true, Unit: "" or "d" })
            && !clause.Lexemes.Any(SizeReader.IsSize))
        || (clause.Verb.Length == 0 && clause.Question is null && clause.Lexemes.Any(
                l => l.Is(Part.Topic, "everything") && l.Text.Contains("volume",
                    StringComparison.Ordinal)) && TimeReader.Peek(clause) is not null)
        || clause.Lexemes.Any(l => l.Is(Part.Topic, "destination")
            && l.Text.Contains("backup", StringComparison.Ordinal))
        || KeepsOfAll(clause)
        // "Retain 20 copies of nextcloud"
        || clause.Lexemes.Any(l => l.Text is "retain" or "retains") && clause.Lexemes.Any(
            l => l.IsField("replicas") && l.Is(Part.Topic, "retain"))
        // "Save the settings of sonarr every monday"
        || (clause.Question is null && clause.Lexemes.Any(l => l.Text is "save" or "saves"
                or "preserve" or "safeguard" or "secure")
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null
                || l.Named(Known.Volume) is not null)
            && TimeReader.Peek(clause) is not null)
        // "Save Loam's state to /mnt/usb every monday"
        || (clause.Question is null && clause.Lexemes.Any(l => l.Text is "save" or "saves"
                or "preserve" or "safeguard" or "secure" or "store")
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "machine") && l.Text != "box")
            && (clause.Lexemes.Any(l => l.Is(Part.Path)) || TimeReader.Peek(clause) is not null))
        // "Nextcloud-db as snapshots instead of archives", "save notebooks like pg-results-data"
        || (clause.Question is null && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null)
            && (clause.Lexemes.Any(l => l.Is(Part.Topic, "snapshot") || l.Is(Part.Topic, "archive"))
                    && clause.Lexemes.Any(l => l.IsGlue("insteadof") || l.IsGlue("as")
                        || l.IsGlue("not") || l.Text == "no")
                || clause.Lexemes.Any(l => l.Text is "save" or "saved" or "secure" or "safeguard")
                    && clause.Lexemes.Any(l => l.Role == Role.Model)))
        // "Blog-content half an hour later"
        || (clause.Verb is "" or "set" or "have" or "move" && clause.Question is null
            && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null
                && l.Named(Known.Service) is null)
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "later") || l.Is(Part.Topic, "sooner"))
            && clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "min" or "h" }))
        // "Mqtt-data weekly": what else could happen to a volume at times?
        || (clause.Verb is "" or "set" or "have" && clause.Question is null
            && clause.Lexemes.Any(l => l.Named(Known.Volume) is not null
                && l.Named(Known.Service) is null)
            && clause.Lexemes.All(l => l.Named(Known.Job) is null && !l.Is(Part.Command)
                && l.Named(Known.Service) is null)
            && TimeReader.Peek(clause) is { SaysDays: true });

    /// <summary>"Keep 30 copies of everything": of data, not so many of each service.</summary>
    private static bool KeepsOfAll(Clause clause) => clause.Question is null
        && clause.Verb is "set" or "" or "have"
        && clause.Lexemes.Any(l => l.Text.Split(' ')[0] is "keep" or "keeps" or "retain" or "save"
            && l.Is(Part.Topic, "retain"))
        && clause.Lexemes.Any(l => l.IsField("replicas") && l.Is(Part.Topic, "retain"))
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "everything")
            || l.Is(Part.Reference, "all") && !l.Text.Contains("service", StringComparison.Ordinal))
        && clause.Lexemes.All(l => l.Named(Known.Service) is null);
}
