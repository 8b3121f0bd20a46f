using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>"Publish it on 8080 and open that port": the port that was said stands for the word.
/// Without it a rule would hold of every port.</summary>
internal static class SamePort
{
    public static List<Lexeme> Named(List<Lexeme> lexemes)
    {
        Lexeme? said = null;
        var result = new List<Lexeme>(lexemes.Count);
        for (var at = 0; at < lexemes.Count; at++)
        {
            var lexeme = lexemes[at];
            result.Add(lexeme);
            if (IsPort(lexemes, at))
            {
                said = lexeme;
            }
            else if (said is not null && Refers(lexemes, at))
            {
                result.Add(said);
            }
        }
        return result;
    }

    private static bool IsPort(List<Lexeme> lexemes, int at) => lexemes[at].IsNumber
        && lexemes[at].Value is >= 1 and <= 65535 && lexemes[at].Unit.Length == 0
        && at > 0 && (lexemes[at - 1].IsField("port") || lexemes[at - 1].Text is "on");

    private static bool Refers(List<Lexeme> lexemes, int at) => at > 0
        && lexemes[at].IsField("port") && !lexemes[at].Plural
        && lexemes[at - 1].Text is "that" or "this" or "the same" or "same" or "said"
        && (at + 1 == lexemes.Count || !lexemes[at + 1].IsNumber);
}
