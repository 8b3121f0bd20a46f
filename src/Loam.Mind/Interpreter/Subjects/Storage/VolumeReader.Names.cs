using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a new volume shall be called.</summary>
internal static partial class VolumeReader
{
    /// <summary>"Called artifacts", "a volume artifacts", "the artifacts volume", or what it is
    /// for: "for camera footage".</summary>
    private static string? Name(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].IsField("name"))
            {
                clause.Use(at, at + 1);
                return NameReader.AsLabel(clause[at + 1].Original);
            }
        }
        var quoted = clause.Find(Part.Quoted);
        if (quoted >= 0)
        {
            clause.Use(quoted);
            return NameReader.AsLabel(clause[quoted].Original);
        }
        var word = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => IsVolumeWord(clause[i]), -1);
        var colon = word < 0 ? -1 : Colon(clause, word);
        foreach (var near in colon > word + 1 ? (int[])[word + 1, colon + 1, word - 1]
            : colon > 0 ? (int[])[colon + 1, word + 1, word - 1]
            : [word + 1, word - 1])
        {
            var given = near == word + 1 && near < clause.Count && IsGiven(clause, near);
            if (word >= 0 && near >= 0 && near < clause.Count && clause.IsFree(near)
                && !IsOwnField(clause[near])
                && (given || CanName(clause[near])))
            {
                clause.Use(near);
                return NameReader.AsLabel(clause[near].Original);
            }
        }
        // "A scratch area": what has no other name is called so.
        var scratch = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Text is "scratch area" or "scratch space", -1);
        if (scratch >= 0 && clause.Lexemes.All(l => l.Named(Known.Volume) is null))
        {
            clause.Use(scratch);
            return "scratch";
        }
        var area = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(
            i => clause[i].Is(Part.Topic, "space") && clause.IsFree(i - 1)
                && clause[i - 1].Is(Part.Unknown), -1);
        if (area > 0)
        {
            clause.Use(area - 1);
            return NameReader.AsLabel(clause[area - 1].Original);
        }
        var purpose = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].IsGlue("for"), -1);
        var words = Enumerable.Range(purpose + 1, Math.Max(0, clause.Count - purpose - 1))
            .SkipWhile(i => clause[i].Readings[0].Part == Part.Noise)
            .TakeWhile(i => clause.IsFree(i) && (CanName(clause[i]) || clause[i].IsMention))
            .Take(3).ToList();
        if (purpose < 0 || words.Count == 0)
        {
            return null;
        }
        clause.Use(words[0], words[^1]);
        return NameReader.AsLabel(string.Join('-', words.Select(i => clause[i].Original)));
    }

    /// <summary>"New volume scratch", "volume cache, 5 GB", whatever the word means elsewhere.
    /// </summary>
    private static bool IsGiven(Clause clause, int at) => at > 0
        && clause[at - 1].Text is "volume" && (at == 1
            || ClauseSplitter.IsJoint(clause[at - 2]) || clause[at - 2].IsVerb("create")
            || clause[at - 2].Text is "new" or "a")
        && IsWord(clause[at]) && clause.Verb is "" or "create" or "have" or "set"
        && (at + 1 == clause.Count || clause[at + 1].IsGlue("of") || clause[at + 1].IsGlue("with")
            || clause[at + 1].IsGlue("on") || clause[at + 1].IsNumber
            || ClauseSplitter.IsJoint(clause[at + 1]));

    /// <summary>One word that can name a volume though it also says something else.</summary>
    private static bool IsWord(Lexeme lexeme) => !lexeme.Text.Contains(' ') && !IsOwnField(lexeme)
        && (CanName(lexeme) || lexeme.Is(Part.Verb) || lexeme.Is(Part.Field)
            && !lexeme.IsField("name") && !lexeme.IsField("backup") && !IsVolumeWord(lexeme)
            || lexeme.Is(Part.Quoted));

    /// <summary>"Media: path /srv/media": what is said of a volume, and no name of one.</summary>
    private static bool IsOwnField(Lexeme lexeme) => lexeme.Text is "size" or "path" or "owner"
        or "mode" or "permissions" or "type" or "filesystem" or "schedule" or "retain" or "group"
        or "encrypted" or "encryption" or "daily" or "weekly" or "hourly" or "nightly" or "monthly";

    /// <summary>"Volumes uploads, thumbs and logs": the names, if there are several and none is
    /// there yet.</summary>
    private static List<string> Listed(Clause clause)
    {
        var word = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].IsField("volume") && clause[i].Text is "volumes" or "volume", -1);
        if (word < 0 || clause.Question is not null
            || clause.Verb is not ("" or "create" or "have" or "set" or "backup"))
        {
            return [];
        }
        var at = Colon(clause, word) is > 0 and var colon ? colon + 1 : word + 1;
        at += at < clause.Count && (clause[at].IsField("name")
            || at == word + 1 && clause[at].IsGlue("comma") && clause[word].Text == "volumes")
            ? 1 : 0;
        var names = new List<int>();
        for (var more = true; more && at < clause.Count && (IsWord(clause[at])
            || clause[word].Text == "volumes" && IsOther(clause, at)); at++)
        {
            names.Add(at);
            more = false;
            while (at + 1 < clause.Count && ClauseSplitter.IsJoint(clause[at + 1]))
            {
                more = true;
                at++;
            }
        }
        // "A volume uploads, owner 1000": what has a value of its own is no name.
        while (names.Count > 0 && names[^1] is var last && last + 1 < clause.Count
            && !ClauseSplitter.IsJoint(clause[last + 1]) && !CanName(clause[last]))
        {
            names.RemoveAt(names.Count - 1);
        }
        if (names.Count < 2 || clause[word].Text != "volumes" && !names.TrueForAll(
            n => CanName(clause[n])))
        {
            return [];
        }
        names.ForEach(clause.Use);
        return names.ConvertAll(i => NameReader.AsLabel(clause[i].Original));
    }

    /// <summary>"Vault and safe", which are words of something else.</summary>
    private static bool IsOther(Clause clause, int at) => clause.IsFree(at)
        && clause[at] is { Text: var text } && !text.Contains(' ') && !IsOwnField(clause[at])
        && (clause[at].Is(Part.Topic) && clause[at].Key(Part.Topic) is not ("encrypt" or "owner"
                or "permissions" or "private" or "snapshot" or "archive" or "retain" or "uid")
            || clause[at].Is(Part.Foreign) || clause[at].Is(Part.Mention)
                && clause[at].Named(Known.Volume) is null)
        && (at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1]));

    /// <summary>"Uploads and postgres-data", of which only the second is there.</summary>
    public static List<string> Absent(Clause clause)
    {
        var absent = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && clause[i].Is(Part.Unknown) && !clause[i].Corrected && !IsOwnField(clause[i])
            && (IsBeside(clause, i, 1) || IsBeside(clause, i, -1) || IsBackedUp(clause, i)))
            .ToList();
        absent.ForEach(clause.Use);
        return absent.ConvertAll(i => clause[i].Original);
    }

    /// <summary>"Back up uploads and".</summary>
    private static bool IsBackedUp(Clause clause, int at) => clause.Question is null
        && !clause.Negated && clause.Verb == "backup" && (at == 0 ? clause.IsInherited
            : clause[at - 1].IsVerb("backup") && clause[at - 1].Text is "back up" or "backup")
        && !clause.Lexemes.Any(l => l.IsMention)
        && (at + 1 == clause.Count || clause[at + 1].IsGlue("and") || clause[at + 1].Text is "every"
            or "at" or "daily" or "weekly" or "hourly" or "nightly" or "each" or ",");

    /// <summary>A joint, and a volume behind it.</summary>
    private static bool IsBeside(Clause clause, int at, int step)
    {
        var joint = at + step;
        var next = joint + step;
        if (next < 0 || next >= clause.Count || clause[joint].Text == ":"
            || !clause[joint].IsGlue("and")
            && !clause[joint].IsGlue("comma"))
        {
            return false;
        }
        var other = at - step;
        var alone = other < 0 || other >= clause.Count || !clause[other].Is(Part.Unknown)
            && !clause[other].IsField("name");
        return alone && clause[next].Named(Known.Volume) is not null && (step > 0
            ? other < 0 || clause[other].Is(Part.Verb) || IsVolumeWord(clause[other])
                || ClauseSplitter.IsJoint(clause[other]) || clause[other].IsField("backup")
                || clause[other].Text == "the"
            : other >= clause.Count || ClauseSplitter.IsJoint(clause[other])
                || clause[joint].IsGlue("and") && !clause[other].IsGlue("is"));
    }

    /// <summary>"New volume: clips, 10 GB", "volume wanted: clips"; -1: there is none.</summary>
    private static int Colon(Clause clause, int word) =>
        Enumerable.Range(word + 1, Math.Min(2, clause.Count - word - 1))
            .FirstOrDefault(i => clause[i].Text is ":" or "=", -1);

    private static bool CanName(Lexeme lexeme) => lexeme.Is(Part.Unknown) || lexeme.Corrected
        || (lexeme.IsMention && lexeme.Named(Known.Service) is null
            && lexeme.Named(Known.Volume) is null && !lexeme.Is(Part.Verb));
}
