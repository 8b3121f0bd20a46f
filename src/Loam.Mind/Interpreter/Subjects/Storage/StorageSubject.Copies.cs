using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

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
}
