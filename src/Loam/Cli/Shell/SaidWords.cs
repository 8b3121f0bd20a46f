using System.Text.Json;
using Loam.Api;
using Loam.Core;

namespace Loam.Cli.Shell;

/// <summary>What somebody said to <c>loam</c> from their own shell, in a file of their own, so that
/// it can be gone on with. What their words cover is read from here and from nowhere else: nobody
/// can put words into their mouth.</summary>
/// <param name="file">Null: nothing is kept.</param>
internal sealed class SaidWords(string? file)
{
    private readonly OwnLines _lines = new(file);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SaidSession> All() =>
        [.. _lines.Read(Limits.SaidSessions).Select(Read).OfType<SaidSession>()];

    /// <summary>In the place of what was kept of it; it is the last one now.</summary>
    public void Keep(SaidSession session)
    {
        List<SaidSession> all = [.. All().Where(s => s.Name != session.Name)];
        if (session.Words.Length > 0)
        {
            var first = Math.Max(0, session.Words.Length - Limits.MindTurns);
            all.Add(session with
            {
                Words = session.Words[first..], Over = Math.Max(0, session.Over - first),
            });
        }
        _lines.Write(all.TakeLast(Limits.SaidSessions).Select(
            one => JsonSerializer.Serialize(one, MindJson.Default.SaidSession)));
    }

    private static SaidSession? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, MindJson.Default.SaidSession) is
                { Name: not null, Words.IsDefault: false } session ? session : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
