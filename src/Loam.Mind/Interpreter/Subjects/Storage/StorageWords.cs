using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Words that mean something else beside volumes and backups: "as archive", "a snapshot
/// backup", "volume scratch". Settled before a sentence is cut.</summary>
internal static class StorageWords
{
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at < sentence.Count; at++)
        {
            if (TypeOf(sentence[at]) is { } type && IsType(sentence, at))
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Topic, type)],
                    Namings = [] };
            }
            else if (IsNewName(sentence, at))
            {
                sentence[at] = sentence[at] with
                {
                    Readings = [new(Part.Unknown, sentence[at].Text)],
                };
            }
        }
        return sentence;
    }

    private static string? TypeOf(Lexeme lexeme) => lexeme.Text switch
    {
        "snapshot" or "snapshots" => "snapshot",
        "archive" or "archives" or "tarball" or "tarballs" or "tar" => "archive",
        _ => null,
    };

    /// <summary>"As archive", "snapshot backups instead of archives", "make its backup a
    /// snapshot": of what kind the copies are.</summary>
    private static bool IsType(List<Lexeme> all, int at)
    {
        var saves = all.Exists(l => l != all[at] && (l.IsField("backup") || l.IsVerb("backup")
            || l.Is(Part.Topic, "retain") || l.IsField("schedule")))
            || all.Exists(l => l != all[at] && TypeOf(l) is not null);
        var next = at + 1 < all.Count ? all[at + 1] : null;
        if (next?.IsField("volume") == true || at > 0 && all[at - 1].IsField("volume"))
        {
            return false;
        }
        // "Archives, no snapshots"
        if (all.Exists(l => TypeOf(l) is { } other && other != TypeOf(all[at])))
        {
            return true;
        }
        var before = at - 1;
        while (before >= 0 && all[before].Text is "a" or "an" or "the" or "of" or "form")
        {
            before--;
        }
        var led = at > 1 && all[at - 1].Text == "of" && all[at - 2].Text == "form"
            || before >= 0 && (all[before].IsGlue("as") || all[before].IsGlue("insteadof")
            || all[before].IsGlue("not") || all[before].IsGlue("to") || all[before].Text is "into"
                or "form of" or "in form of" or "in the form of" or "type" or "no" or "rather than"
            || all[at - 1].Text is "a" or "an" && (all[before].IsField("backup")
                || all[before].IsVerb("backup")));
        return saves && (led || next?.IsField("backup") == true);
    }

    /// <summary>"Volume scratch at /data/scratch": the name of a new one, whatever the word means
    /// elsewhere.</summary>
    private static bool IsNewName(List<Lexeme> all, int at)
    {
        if (at == 0 || !all[at].Is(Part.Verb) || all[at].IsMention
            || all[at].Text.Contains(' ') || all[at - 1].Text != "volume")
        {
            return false;
        }
        var lead = at - 2;
        while (lead >= 0 && all[lead].Text is "a" or "new" or "another" or "encrypted" or "the"
            or "an" or "please")
        {
            lead--;
        }
        var (starts, next) = (lead < 0 || ClauseSplitter.IsJoint(all[lead])
            || all[lead].IsVerb("create") || all[lead].IsVerb("have"), at + 1);
        return starts && next < all.Count && (ClauseSplitter.IsJoint(all[next])
            || all[next].IsGlue("on") || all[next].IsGlue("of") || all[next].IsGlue("with")
            || all[next].IsGlue("in") || all[next].IsNumber);
    }
}
