using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What the words of a piece are: things, values, joints.</summary>
internal static partial class ClauseSplitter
{
    /// <summary>"Worker off, api to 4 replicas", "a memcached for the api, 1 GB for the api": what
    /// it says is not said of what stands before it.</summary>
    private static bool MeasuresAnother(
        List<Lexeme> piece, Lexeme thing, List<Lexeme> before, string verb) =>
        Measures(piece) && (IsLifeWithout(verb, before) || thing.Named(Known.Service) is not null
            && thing.Named(Known.App) is null && !before.Exists(IsValue)
            && before.Exists(l => IsMakeable(l) && l.Named(Known.Service) is null))
        || piece.Exists(IsPolicy) && before.Exists(IsPolicy);

    /// <summary>It is stopped or started, and no amount of it is said.</summary>
    private static bool IsLifeWithout(string verb, List<Lexeme> before) =>
        verb is "stop" or "start" or "restart" && !before.Exists(IsValue)
        && before.Exists(l => l.Named(Known.Service) is not null);

    /// <summary>How much of something a service gets.</summary>
    private static bool Measures(IReadOnlyList<Lexeme> piece) => piece.Any(l => !l.IsMention
        && (l is { IsNumber: true, Unit: "Ki" or "Mi" or "Gi" or "m" or "core" }
            || l.Key(Part.Amount) is ['x', ..]
            || (l.IsField("replicas") || l.IsField("memory") || l.IsField("cpu"))
                && piece.Any(n => n is { IsNumber: true, IsMention: false, Value: > 0 })));

    /// <summary>When it is started again.</summary>
    private static bool IsPolicy(Lexeme lexeme) => !lexeme.IsMention && (lexeme.IsField("onfailure")
        || lexeme.IsField("always") || lexeme.Text is "never");

    /// <summary>What kinds of things of the state are named.</summary>
    private static HashSet<Known> Kinds(List<Lexeme> lexemes) =>
        [.. lexemes.Where(l => l.IsMention).SelectMany(l => l.Namings).Select(n => n.Known)
            .Where(k => k is Known.Service or Known.User or Known.Job or Known.Rule
                or Known.Certificate or Known.Interface or Known.Mount)];

    private static bool IsJobWord(Lexeme lexeme) =>
        lexeme.Is(Part.Topic, "job") && !lexeme.IsMention;

    private static bool IsTime(Lexeme lexeme) => lexeme.IsField("schedule")
        || Times.TimeWords.English.Of(lexeme.Text, "day") is not null
        || lexeme is { IsNumber: true, Unit: "min" or "h" };

    private static bool IsShareMark(Lexeme lexeme) => lexeme.IsGlue("each");

    public static bool IsMakeable(Lexeme lexeme) =>
        lexeme.Named(Known.App) is not null || lexeme.Named(Known.Role) is not null
        || lexeme.Is(Part.Image);

    private static bool IsThing(Lexeme lexeme) =>
        lexeme.IsMention || lexeme.Is(Part.Image)
        || (lexeme.Is(Part.Reference) && lexeme.Key(Part.Reference) is "other" or "all");

    public static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.Is(Part.PortPair)
        || lexeme.Is(Part.Version) || lexeme.Is(Part.Assignment) || lexeme.Is(Part.Path)
        || lexeme.Is(Part.Mount)
        || lexeme.IsField("replicas") && lexeme.Text is "copy" or "instance" or "replica"
        || (lexeme.Key(Part.Amount) is { } key && key is not ("more" or "less"));

    public static bool IsJoint(Lexeme lexeme) =>
        lexeme.IsGlue("and") || lexeme.IsGlue("comma") || lexeme.IsGlue("but")
        || lexeme.IsGlue("also");
}
