using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Loam.Drivers.Storage;

/// <summary>What is attached in this process's view, as the kernel lists it; proc(5).</summary>
internal static class MountTable
{
    private const int RootField = 3, TargetField = 4, OptionsField = 6;

    /// <param name="text">Of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="imageOf">The file behind a device; null: none.</param>
    public static ImmutableArray<HostMount> Read(string text, Func<string, string?> imageOf)
    {
        var mounts = ImmutableArray.CreateBuilder<HostMount>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            // Fields that are there or not end with a dash.
            var dash = Array.IndexOf(fields, "-", OptionsField);
            if (dash < 0 || fields.Length < dash + 3)
            {
                continue;
            }
            var (root, source) = (Plain(fields[RootField]), Plain(fields[dash + 2]));
            mounts.Add(new(Plain(fields[TargetField]), root == "/" ? source : $"{source}[{root}]",
                fields[dash + 1], root == "/" ? imageOf(source) : null));
        }
        return mounts.ToImmutable();
    }

    /// <summary>Spaces and the like stand there as a backslash and three octal digits.</summary>
    internal static string Plain(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }
        var bytes = new List<byte>(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                bytes.Add((byte)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(
                    field[i].ToString(CultureInfo.InvariantCulture)));
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
