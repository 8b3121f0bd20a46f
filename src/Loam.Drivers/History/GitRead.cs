using System.Globalization;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Drivers.History;

/// <summary>A commit with its texts.</summary>
/// <param name="Parent">Null for the first.</param>
internal sealed record GitSnapshot(Generation Info, string? Parent, StateSet Files);

/// <summary>One object as <c>git cat-file --batch</c> prints it; null in its place: the name
/// leads nowhere.</summary>
internal sealed record GitObject(string Id, string Type, byte[] Content);

/// <summary>Reads objects of many names with one process.</summary>
internal sealed class GitRead(Git git)
{
    /// <summary>Generation trailers, the last two lines of each message.</summary>
    public const string NumberTrailer = "Loam-Generation: ";
    public const string WhoTrailer = "Loam-Approved-By: ";

    /// <summary>The commits behind names such as <c>refs/loam/7</c>, in their order; null for a
    /// name that leads nowhere.</summary>
    public async Task<GitSnapshot?[]> SnapshotsAsync(string[] names, CancellationToken cancel)
    {
        var asked = names.SelectMany(n => (string[])
            [n, $"{n}^{{tree}}", .. StateDirectory.Names.Select(f => $"{n}:{f}")]).ToList();
        var found = await ObjectsAsync(asked, cancel);
        var each = asked.Count / names.Length;
        return [.. names.Select((_, i) => Snapshot(found.AsSpan(i * each, each)))];
    }

    public async Task<GitObject?[]> ObjectsAsync(
        IReadOnlyList<string> names, CancellationToken cancel)
    {
        var input = Encoding.ASCII.GetBytes(string.Concat(names.Select(n => n + "\n")));
        var output = await git.RunAsync(["cat-file", "--batch"], input, cancel);
        var found = new GitObject?[names.Count];
        var at = 0;
        for (var i = 0; i < names.Count; i++)
        {
            found[i] = Next(output, ref at, names[i]);
        }
        return found;
    }

    /// <summary>Reads commit, number and person from a commit's message.</summary>
    public Generation Info(string commit, DateTimeOffset at, string message)
    {
        var lines = message.TrimEnd('\n').Split('\n');
        return lines.Length >= 2
            && lines[^2].StartsWith(NumberTrailer, StringComparison.Ordinal)
            && lines[^1].StartsWith(WhoTrailer, StringComparison.Ordinal)
            && int.TryParse(lines[^2].AsSpan(NumberTrailer.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out var number)
            ? new(number, commit, at, lines[^1][WhoTrailer.Length..], lines[0])
            : throw git.Damaged($"commit {commit} was not made by Loam.");
    }

    private GitObject? Next(byte[] output, ref int at, string name)
    {
        var end = Array.IndexOf(output, (byte)'\n', at);
        if (end < 0)
        {
            throw git.Damaged($"git said nothing about {name}.");
        }
        var words = Encoding.UTF8.GetString(output, at, end - at).Split(' ');
        at = end + 1;
        if (words[^1] is "missing" or "ambiguous")
        {
            return null;
        }
        if (words.Length != 3 || !int.TryParse(words[2], NumberStyles.None,
            CultureInfo.InvariantCulture, out var size) || size >= output.Length - at)
        {
            throw git.Damaged($"git does not say what {name} is.");
        }
        var content = output.AsSpan(at, size).ToArray();
        at += size + 1;
        return new(words[0], words[1], content);
    }

    private GitSnapshot? Snapshot(ReadOnlySpan<GitObject?> found)
    {
        if (found[0] is not { Type: "commit" } commit)
        {
            return null;
        }
        var tree = found[1] ?? throw git.Damaged($"the tree of commit {commit.Id} is gone.");
        var files = StateSet.Empty;
        for (var i = 0; i < StateDirectory.Names.Length; i++)
        {
            var name = StateDirectory.Names[i];
            if (found[i + 2] is { } blob)
            {
                files = files.With(name, Encoding.UTF8.GetString(blob.Content));
            }
            else if (tree.Content.AsSpan().IndexOf(Encoding.ASCII.GetBytes($" {name}\0")) >= 0)
            {
                // A text that is lost must not look like one that was never there.
                throw git.Damaged($"{name} of commit {commit.Id} is gone.");
            }
        }
        return Commit(commit, files);
    }

    private GitSnapshot Commit(GitObject commit, StateSet files)
    {
        var text = Encoding.UTF8.GetString(commit.Content);
        var cut = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (cut < 0 ? text : text[..cut]).Split('\n');
        var parent = head.FirstOrDefault(l => l.StartsWith("parent ", StringComparison.Ordinal));
        var committer = head
            .FirstOrDefault(l => l.StartsWith("committer ", StringComparison.Ordinal))?.Split(' ');
        if (cut < 0 || committer is not { Length: > 3 }
            || !long.TryParse(committer[^2], CultureInfo.InvariantCulture, out var seconds))
        {
            throw git.Damaged($"commit {commit.Id} is not well formed.");
        }
        return new(Info(commit.Id, DateTimeOffset.FromUnixTimeSeconds(seconds), text[(cut + 2)..]),
            parent?["parent ".Length..], files);
    }
}
