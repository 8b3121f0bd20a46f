using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>The first two stages: a turn as typed becomes words, and words become lexemes.
/// </summary>
internal static class Hearing
{
    public static List<Word> Words(string turn) =>
        WithoutNumberOfTicket(Normaliser.Words(turn, Lexicon.English));

    /// <param name="words">Those of the turn.</param>
    /// <param name="ofJobs">A job was spoken of, so that a command may follow.</param>
    public static List<Lexeme> Lexemes(
        string turn, List<Word> words, NameTable names, bool ofJobs)
    {
        var gathered = new CommandFinder(Lexicon.English, names)
            .Gather(words, turn, expected: ofJobs);
        return SamePort.Named(AppTerms.Read(Purposes.Read(
            new Recogniser(Lexicon.English, names).Read(gathered))));
    }

    /// <summary>"Ticket 4711: …": the number is of no port.</summary>
    private static List<Word> WithoutNumberOfTicket(List<Word> words)
    {
        var number = words.Count > 2 && words[0].Text is "ticket" or "issue" or "case"
            or "incident" or "request" or "req" or "bug" or "change" or "chg" or "task"
            ? words[1].Text is "no" or "nr" or "number" or "id" ? 2 : 1 : 0;
        var end = number > 0 && number < words.Count && words[number].Text.TrimStart('#').Any(
            char.IsAsciiDigit) ? number + 1 : 0;
        return end > 0 && end < words.Count && words[end].Text is ":" or "," or "-" or "."
            ? words[(end + 1)..] : words;
    }
}
