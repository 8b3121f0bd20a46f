using Loam.Core.Resources;
using Loam.Mind.Context;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Routing;

/// <summary>How much a request asks of a model.</summary>
public enum Difficulty
{
    /// <summary>A short wish about few things.</summary>
    Easy,
    /// <summary>It asks for judgement, is long, or is about much at once.</summary>
    Hard,
}

/// <summary>What can be counted of a request before anybody is asked.</summary>
public static class Difficulties
{
    private const int ManyWords = 50;
    private const int ManyNames = 5;
    private const int ManyFiles = 4;

    private static readonly Lazy<Phrases> s_judgement = new(() => new(
        WordFile.Read("en", "judgement").Select(w => w.Phrase)));

    public static Difficulty Of(string request, DesiredState state)
    {
        var words = Phrases.Words(request);
        if (words.Length > ManyWords || s_judgement.Value.OccurIn(words))
        {
            return Difficulty.Hard;
        }
        var about = Relevance.Of(request, state);
        return about.Names.Count > ManyNames
            || about.Parts.Select(p => p.Kind.File).Distinct().Count() > ManyFiles
                ? Difficulty.Hard : Difficulty.Easy;
    }
}
