using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Mind.Context;

/// <summary>A turn of a conversation.</summary>
/// <param name="ByPerson">The person said it; otherwise it was answered.</param>
public sealed record SaidTurn(bool ByPerson, string Text);

/// <summary>Everything a context is made of. The same input makes the same bytes.</summary>
/// <param name="History">Oldest first, without the request.</param>
/// <param name="Preferences">What the person is known to prefer, a sentence each.</param>
/// <param name="Nonce">Of this request alone, not to be guessed: what is observed is marked with
/// it.</param>
public sealed record ContextInput(
    MachineView View, ImmutableArray<SaidTurn> History, ImmutableArray<string> Preferences,
    string Request, string Nonce)
{
    public ContextBudgets Budgets { get; init; } = ContextBudgets.Default;

    /// <summary>The view's state files as they were read; null: they are read now.</summary>
    public DesiredState? State { get; init; }

    /// <summary>What is kept back besides what the view's own manifest keeps back: of texts that
    /// are not the machine's.</summary>
    public LlmPrivacy? Privacy { get; init; }

    /// <summary>What a smaller model came to; empty: there is no draft.</summary>
    public string Draft { get; init; } = "";

    /// <summary>Files to be shown whatever the request is about.</summary>
    public ImmutableArray<string> Asked { get; init; } = [];
}

/// <summary>Tokens each section may have.</summary>
/// <param name="Window">What a model can see at once, its answer included.</param>
/// <param name="Answer">Kept free for the answer.</param>
public sealed record ContextBudgets(
    int Instructions, int Schemas, int State, int Files, int History, int Window, int Answer)
{
    public static readonly ContextBudgets Default = new(2000, 3000, 1000, 2000, 2000, 16_000, 4096);

    /// <summary>What is left for the request.</summary>
    public int Request => Window - Answer - Instructions - Schemas - State - Files - History;

    /// <summary>The longest answer that has room beside all the rest.</summary>
    /// <param name="window">As for <see cref="For"/>.</param>
    public int LongestAnswer(int window) => Math.Max(Answer, window - Window + Answer);

    /// <summary>The same shares of a smaller window; of a larger one, the default.</summary>
    public static ContextBudgets For(int window)
    {
        var all = Default;
        if (window >= all.Window)
        {
            return all;
        }
        int Share(int tokens) => (int)((long)tokens * window / all.Window);
        return new(Share(all.Instructions), Share(all.Schemas), Share(all.State),
            Share(all.Files), Share(all.History), window, Share(all.Answer));
    }
}

/// <param name="Cut">What had no room, as a sentence; empty: everything is there.</param>
public sealed record SectionReport(string Name, int Budget, int Used, string Cut);

/// <summary>What a context came to.</summary>
public sealed record ContextReport(ImmutableArray<SectionReport> Sections)
{
    public int Used => Sections.Sum(s => s.Used);
}
