using Loam.Core;

namespace Loam.Drivers.Containers;

/// <summary>The log of an engine that Loam started.</summary>
internal static class EngineLog
{
    public static void Trim(string path)
    {
        var log = new FileInfo(path);
        if (log.Exists && log.Length > Limits.EngineLogBytes)
        {
            // In place: an engine that is running appends to this very file.
            using var file = log.Open(FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(0);
        }
    }

    public static string LastWords(string path)
    {
        const int bytes = 4096;
        const int lines = 3;
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(-Math.Min(bytes, file.Length), SeekOrigin.End);
            using var reader = new StreamReader(file);
            var tail = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var told = tail.Where(l => !l.Contains("level=warning", StringComparison.Ordinal));
            return string.Join(" / ", told.TakeLast(lines));
        }
        catch (IOException)
        {
            return "(no log)";
        }
    }
}
