namespace Loam.Drivers.Files;

/// <summary>Where a path leads when every link in it is followed, as realpath(3) says; what is not
/// there yet leads to itself.</summary>
internal static class RealPath
{
    /// <summary>As many links as the kernel follows.</summary>
    private const int MostLinks = 40;

    /// <param name="path">Absolute.</param>
    public static string Of(string path)
    {
        var left = new Stack<string>(Parts(path).Reverse());
        var real = "/";
        for (var links = 0; left.TryPop(out var part);)
        {
            var next = part == ".." ? Path.GetDirectoryName(real) ?? "/" : Path.Combine(real, part);
            if (part == ".." || links == MostLinks || LinkAt(next) is not { } target)
            {
                real = next;
                continue;
            }
            links++;
            real = target.StartsWith('/') ? "/" : real;
            foreach (var more in Parts(target).Reverse())
            {
                left.Push(more);
            }
        }
        return real;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".");

    private static string? LinkAt(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
