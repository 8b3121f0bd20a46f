using Loam.Cli.Views;
using Loam.Core.Catalog;
using Loam.Core.Resources;

namespace Loam.Cli.Commands;

/// <summary>Verbs about the apps Loam knows. Only <c>install</c> needs a daemon.</summary>
internal static class CatalogCommands
{
    private const int LongestName = 5;

    /// <summary><c>loam search WORDS</c>: what there is.</summary>
    public static Task<ExitCode> SearchAsync(Invocation call, CancellationToken cancel)
    {
        var found = AppSearch.Find(call.Words);
        if (call.Json)
        {
            call.Terminal.Raw(AppView.Json(found) + "\n");
        }
        else if (found.IsEmpty)
        {
            call.Terminal.Write(Paragraph.Of(
                $"No app is known for '{string.Join(' ', call.Words)}'. `loam search` lists all; "
                + "any image can be run by its reference: `loam \"run ghcr.io/owner/name:1.0\"`.",
                call.Terminal.Look));
        }
        else
        {
            call.Terminal.Write(AppView.Table(found, call.Terminal.Look));
        }
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary><c>loam show APP</c>: one app on a page.</summary>
    public static Task<ExitCode> ShowAsync(Invocation call, CancellationToken cancel)
    {
        var app = Meant(call.Words, out var count);
        if (app is null || count < call.Words.Count)
        {
            throw Unknown(call.Words);
        }
        if (call.Json)
        {
            call.Terminal.Raw(AppView.Json(app) + "\n");
        }
        else
        {
            call.Terminal.Write(AppView.Page(app, call.Terminal.Look));
        }
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary><c>loam install APP [WORDS…]</c>: the request with these words.</summary>
    public static Task<ExitCode> InstallAsync(Invocation call, CancellationToken cancel)
    {
        if (Meant(call.Words, out _) is null && !IsRole(call.Words))
        {
            throw Unknown(call.Words);
        }
        return new Talk().SayAsync(call, "install " + string.Join(' ', call.Words), cancel);
    }

    /// <summary>The app the first words name, the longest name first: <c>home assistant</c>.
    /// </summary>
    internal static App? Meant(IReadOnlyList<string> words, out int count)
    {
        for (count = Math.Min(LongestName, words.Count); count > 0; count--)
        {
            var phrase = string.Join(' ', words.Take(count)).ToLowerInvariant();
            if (!AppCatalog.IsRole(phrase) && AppCatalog.Find(phrase) is [var app])
            {
                return app;
            }
        }
        count = 1;
        return ImageReference.Parse(words[0], out _) is { TagIsImplied: false } image
            ? AppCatalog.ByImage(image) : null;
    }

    /// <summary>"Install a web server": what it does is named, not the app.</summary>
    private static bool IsRole(IReadOnlyList<string> words) =>
        Enumerable.Range(0, words.Count).Any(from => Enumerable.Range(1, LongestName).Any(
            length => AppCatalog.IsRole(
                string.Join(' ', words.Skip(from).Take(length)).ToLowerInvariant())));

    private static CommandFailure Unknown(IReadOnlyList<string> words)
    {
        var near = AppSearch.Nearest(words);
        return new(ExitCode.Invalid, $"There is no app '{string.Join(' ', words)}'.",
            (near.IsEmpty ? "" : $"Did you mean {string.Join(", ", near)}? ")
            + "`loam search WORDS` finds apps by what they do; any image can be run by its "
            + "reference: `loam \"run ghcr.io/owner/name:1.0\"`.");
    }
}
