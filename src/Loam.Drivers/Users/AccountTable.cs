using System.Globalization;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Users;

/// <summary>One file of lines whose fields stand between colons: passwd, group and their kin.
/// What is not changed stays byte for byte: each byte is a letter of its own here.</summary>
internal sealed class AccountTable
{
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly List<string> _lines;
    private string _kept;

    private AccountTable(string path, string text) =>
        (Path, _kept, _lines) = (path, text, [.. text.Split('\n')]);

    public string Path { get; }

    /// <summary>Those that have a name, with their places; the C library reads over blanks before
    /// it.</summary>
    public IEnumerable<(int At, string[] Fields)> Rows => _lines
        .Select((line, at) => (at, line.TrimStart())).Where(l => IsRow(l.Item2))
        .Select(l => (l.at, l.Item2.Split(':')));

    /// <summary>Null: there is none.</summary>
    /// <exception cref="HostException">Unsupported: no file, or too large.</exception>
    public static AccountTable? Read(string path) => AtomicFile.Read(path, MostBytes) is { } bytes
        ? new(path, Encoding.Latin1.GetString(bytes)) : null;

    /// <summary>A text as it stands in a line.</summary>
    public static string Raw(string text) =>
        Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number of a line; null: none stands there.</summary>
    public static int? Number(string[] fields, int at) => fields.Length > at
        && int.TryParse(fields[at], CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool Has(string name) => _lines.Exists(l => IsOf(l, name));

    /// <returns>The place of the line that is so named; null: there is none.</returns>
    /// <exception cref="HostException">Conflict: there are two.</exception>
    public int? Find(string name)
    {
        var at = _lines.FindIndex(l => IsOf(l, name));
        return at < 0 ? null
            : _lines.FindIndex(at + 1, l => IsOf(l, name)) < 0 ? at
            : throw new HostException(Fault.Conflict,
                $"The name {name} stands in {Path} twice.",
                "Take one of the two lines out by hand, and apply it again.");
    }

    /// <returns>The fields of a line, as many as such a line has.</returns>
    public string[] Fields(int at, int count)
    {
        var fields = _lines[at].Split(':');
        return fields.Length >= count ? fields
            : [.. fields, .. Enumerable.Repeat("", count - fields.Length)];
    }

    public void Set(int at, string[] fields) => _lines[at] = string.Join(':', fields);

    /// <summary>Adds a line at the end, but before those that ask a directory service: what comes
    /// after them may be hidden by them.</summary>
    public void Append(params string[] fields)
    {
        var line = string.Join(':', fields);
        if (_lines.FindIndex(IsService) is >= 0 and var service)
        {
            _lines.Insert(service, line);
        }
        else if (_lines[^1].Length == 0)
        {
            _lines.Insert(_lines.Count - 1, line);
        }
        else
        {
            _lines.AddRange([line, ""]);
        }
    }

    public void Remove(string name) => _lines.RemoveAll(l => IsOf(l, name));

    /// <summary>Takes a name out of lists of names.</summary>
    /// <param name="fields">Where such lists stand.</param>
    /// <param name="wanted">In the lines of these it stays, and is added to the last field where
    /// it is missing.</param>
    public void Enlist(string name, IReadOnlySet<string> wanted, params int[] fields)
    {
        foreach (var (at, row) in Rows.ToList())
        {
            var whole = Fields(at, fields.Max() + 1);
            var isWanted = wanted.Contains(row[0]);
            if (isWanted && !Names(whole, fields[^1]).Contains(name))
            {
                whole[fields[^1]] = string.Join(',', [.. Names(whole, fields[^1]), name]);
                Set(at, whole);
            }
            else if (!isWanted && fields.Any(f => Names(whole, f).Contains(name)))
            {
                foreach (var field in fields)
                {
                    whole[field] = string.Join(',', Names(whole, field).Where(n => n != name));
                }
                Set(at, whole);
            }
        }
    }

    /// <summary>The names of a list.</summary>
    public static string[] Names(string[] fields, int at) => fields.Length > at
        ? fields[at].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>Writes it if it changed.</summary>
    public void Keep(Action<string, byte[]> write)
    {
        var text = string.Join('\n', _lines);
        if (text != _kept)
        {
            write(Path, Encoding.Latin1.GetBytes(text));
            _kept = text;
        }
    }

    private static bool IsOf(string line, string name)
    {
        var row = line.AsSpan().TrimStart();
        return name.Length > 0 && row.StartsWith(name)
            && (row.Length == name.Length || row[name.Length] == ':');
    }

    private static bool IsRow(string line) =>
        line.Length > 0 && !IsService(line) && line[0] is not (':' or '#');

    private static bool IsService(string line) => line.Length > 0 && line[0] is '+' or '-';
}
