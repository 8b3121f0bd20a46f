using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Third stage: a clause gets its attributes and targets. The order matters: what has
/// an unmistakable form is taken first, bare numbers last.</summary>
internal static class ClauseReader
{
    public static void Read(Clause clause, Discourse said)
    {
        ReadMood(clause);
        clause.Subject = SubjectTable.Of(clause, said);
        ReadForeign(clause);
        if (clause.Subject is { } subject)
        {
            subject.Read(clause, said);
            return;
        }
        if (clause.Question is not null)
        {
            TargetReader.Read(clause);
            return;
        }
        if (BackupReader.Speaks(clause))
        {
            BackupReader.Read(clause);
        }
        ScheduleReader.Read(clause);
        NameReader.Read(clause);
        CommandReader.Read(clause);
        DeviceReader.Read(clause);
        EnvironmentReader.Read(clause);
        LabelReader.Read(clause);
        ProbeReader.Read(clause);
        MountModeReader.Read(clause);
        MountReader.Read(clause);
        ImageReader.Read(clause);
        SettingReader.Read(clause);
        FlagReader.Read(clause);
        NetworkReader.Read(clause);
        DependsReader.Read(clause);
        LimitReader.Read(clause);
        VersionReader.Read(clause);
        PortReader.Read(clause);
        TargetReader.Read(clause);
        BareReader.Read(clause);
    }

    private static void ReadMood(Clause clause)
    {
        var wished = false;
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            wished |= lexeme.IsGlue("wish") && lexeme.Text is not ("be" or "being" or "been");
            if (lexeme.IsGlue("instead") && clause.IsFree(at))
            {
                clause.Corrects = true;
                clause.Use(at);
            }
        }
        var first = clause.IsFree(0) || clause.Count > 0 ? FirstMeant(clause) : -1;
        if (first >= 0 && clause[first].Key(Part.Question) is { } question && !wished
            && !(question == "is" && !clause.AsksMark && clause.Verb.Length > 0 && first > 0))
        {
            clause.Question = question;
            clause.Use(first);
        }
        else if (clause.Verb.Length == 0 && LooksOnly(clause))
        {
            clause.Question = "show";
        }
    }

    /// <summary>"logs of the worker", "status".</summary>
    private static bool LooksOnly(Clause clause)
    {
        foreach (var lexeme in clause.Lexemes)
        {
            if (lexeme.Key(Part.Field) is "log" or "status" or "history" or "event"
                && !lexeme.Is(Part.Noise))
            {
                return true;
            }
            if (lexeme.Readings[0].Part != Part.Noise && !lexeme.IsMention)
            {
                return false;
            }
        }
        return false;
    }

    private static int FirstMeant(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (lexeme.Is(Part.Question))
            {
                return at;
            }
            if (lexeme.Readings[0].Part is not (Part.Noise or Part.Glue))
            {
                return -1;
            }
        }
        return -1;
    }

    private static void ReadForeign(Clause clause)
    {
        foreach (var at in clause.All(Part.Foreign).ToList())
        {
            if (clause[at].Text.StartsWith("tail", StringComparison.Ordinal)
                && clause.Has(Part.Field, "log"))
            {
                clause.Question ??= "show";
                clause.Use(at);
                continue;
            }
            // A job may run what the conversation may not, and a thing may be called like it.
            if (clause.Subject is not null && (clause[at].IsMention
                || clause.Subject is Subjects.Machine.MachineSubject
                || clause[at].Key(Part.Foreign) is "shell" or "chat"))
            {
                continue;
            }
            clause.Foreign ??= clause[at].Key(Part.Foreign);
            clause.Use(at);
        }
    }
}
