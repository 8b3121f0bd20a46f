using System.Text;
using Loam.Core;
using Loam.Core.StateFiles;

namespace Loam.Cli;

/// <summary>Reads state files from a directory, for verbs that need no daemon.</summary>
internal static class StateDirectory
{
    /// <summary>The six files and <c>images.lock</c>, and whatever else ends in <c>.yaml</c>, so
    /// that a misspelt name is found. An absent directory is an empty state where
    /// <paramref name="mayBeAbsent"/>.</summary>
    /// <exception cref="CommandFailure">Invalid: it cannot be read.</exception>
    public static StateSet Read(string directory, bool mayBeAbsent)
    {
        if (!Directory.Exists(directory))
        {
            return mayBeAbsent ? StateSet.Empty : throw new CommandFailure(ExitCode.Invalid,
                $"There is no directory {directory}.",
                "Name the directory that holds the state files.");
        }
        var files = StateSet.Empty;
        var names = Directory.EnumerateFiles(directory).Select(f => Path.GetFileName(f))
            .Where(n => n == StateSet.Lock || n.EndsWith(".yaml", StringComparison.Ordinal)
                || n.EndsWith(".yml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            files = files.With(name, Text(Path.Combine(directory, name)));
        }
        return files;
    }

    private static string Text(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            // One byte more than is allowed, so that the reader of the state says what is wrong.
            var bytes = new byte[Math.Min(file.Length, Limits.StateFileBytes + 1)];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Invalid, $"{path} cannot be read: {e.Message}");
        }
    }
}
