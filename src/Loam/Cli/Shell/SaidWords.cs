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
    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SaidSession> All()
    {
        try
        {
            return file is null || !File.Exists(file) ? [] : [.. File.ReadLines(file)
                .Take(Limits.SaidSessions).Select(Read).OfType<SaidSession>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>In the place of what was kept of it; it is the last one now.</summary>
    public void Keep(SaidSession session)
    {
        if (file is null)
        {
            return;
        }
        List<SaidSession> all = [.. All().Where(s => s.Name != session.Name)];
        if (session.Words.Length > 0)
        {
            var first = Math.Max(0, session.Words.Length - Limits.MindTurns);
            all.Add(session with
            {
                Words = session.Words[first..], Over = Math.Max(0, session.Over - first),
            });
        }
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var output = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            foreach (var one in all.TakeLast(Limits.SaidSessions))
            {
                output.Write(JsonSerializer.SerializeToUtf8Bytes(
                    one, MindJson.Default.SaidSession));
                output.WriteByte((byte)'\n');
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It cannot be gone on with, and that is all.
        }
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
