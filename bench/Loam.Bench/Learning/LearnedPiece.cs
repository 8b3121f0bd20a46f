using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;
using Loam.Mind.Interpreter;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Bench.Learning;

/// <summary>A piece of the last turn of an open case that is read rightly.</summary>
/// <param name="IsTold">The case comes to the same without it.</param>
internal sealed record LearnedPiece(HashSet<string> Features, bool IsTold)
{
    private const int MostPieces = 10;

    /// <summary>The pieces of a case; empty: it is read wrongly, or is of one piece.</summary>
    public static List<LearnedPiece> Of(Case test, MachineState state)
    {
        if (test.IsBlind || test.Outcomes is not ["proposal" or "no-change" or "answer"]
            || !Judge.Run(test, state).IsRight)
        {
            return [];
        }
        var turn = test.Turns[^1];
        var names = NameTable.Of(StateReader.Read(state.Files).State!);
        var sentences = ClauseSplitter.Sentences(
            Hearing.Lexemes(turn, Hearing.Words(turn), names, ofJobs: false), Particles.English);
        var pieces = sentences.SelectMany((s, at) => Telling.Pieces(
                s.Lexemes, at == 0 || at == sentences.Count - 1)
            .Select(p => (Said: s.Lexemes[p.From..p.To], Text: Text(s, p)))).ToList();
        if (pieces.Count is < 2 or > MostPieces)
        {
            return [];
        }
        var whole = Said(test, state, turn);
        return [.. pieces.Select((piece, at) => new LearnedPiece(Hearsay.Features(piece.Said),
            whole == Said(test, state, string.Join(' ', pieces.Where((_, other) => other != at)
                .Select(p => p.Text)))))];
    }

    private static string Text(Sentence sentence, Piece piece) => string.Join(' ',
        sentence.Lexemes[piece.From..piece.To].Select(l => l.Original))
        + (piece.To < sentence.Lexemes.Count ? "" : sentence.Asks ? "?" : ".");

    /// <summary>What the case comes to if its last turn is said like that.</summary>
    private static string Said(Case test, MachineState state, string turn)
    {
        var proposal = Interpreter.Propose(
            state.Files, test.Turns.SetItem(test.Turns.Length - 1, turn), Judge.Now);
        return string.Join('\n', proposal.Files.Select(f => $"{f.Key}\n{f.Value}")
            .Prepend($"{proposal.Outcome}"));
    }
}
