namespace Loam.Cli.Shell;

/// <summary>Lines in a file that only its owner reads. What cannot be read or written is no reason
/// to stop anybody.</summary>
/// <param name="file">Null: nothing is kept.</param>
internal sealed class OwnLines(string? file)
{
    /// <summary>The first so many; of a file that cannot be read, none.</summary>
    public IReadOnlyList<string> Read(int most) => Read(lines => lines.Take(most));

    /// <summary>The last so many.</summary>
    public IReadOnlyList<string> ReadLast(int most) => Read(lines => lines.TakeLast(most));

    /// <summary>In the place of what was there.</summary>
    public void Write(IEnumerable<string> lines)
    {
        if (file is null)
        {
            return;
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
            using var writer = new StreamWriter(output);
            foreach (var line in lines)
            {
                writer.WriteLine(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is kept, and that is all.
        }
    }

    private List<string> Read(Func<IEnumerable<string>, IEnumerable<string>> some)
    {
        try
        {
            return file is not null && File.Exists(file) ? [.. some(File.ReadLines(file))] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
