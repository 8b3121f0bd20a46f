using System.Text;

namespace Loam.Core.Importing;

/// <summary>What stands for itself in a compose file: <c>$NAME</c>, <c>${NAME:-otherwise}</c> and
/// their kin, filled in from the environment and the file <c>.env</c>.
/// See the Compose Specification, "Interpolation".</summary>
/// <param name="known">By name; a name that is not here is not set.</param>
public sealed class ComposeVariables(IReadOnlyDictionary<string, string> known)
{
    private const int DeepestNesting = 10;

    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>Names that were asked for without another value, and are not set: empty texts took
    /// their places.</summary>
    public IReadOnlyCollection<string> Missing => _missing;

    public string? this[string name] => known.GetValueOrDefault(name);

    /// <exception cref="ComposeException">The text asks for a value that is required and not
    /// there.</exception>
    public string Fill(string text) =>
        text.Contains('$', StringComparison.Ordinal) ? Fill(text, 0) : text;

    private string Fill(string text, int depth)
    {
        var filled = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (text[at] != '$' || depth > DeepestNesting)
            {
                filled.Append(text[at]);
            }
            else if (next == '$')
            {
                filled.Append('$');
                at++;
            }
            else if (next == '{' && End(text, at + 2) is var end && end > 0)
            {
                filled.Append(Braced(text[(at + 2)..end], depth));
                at = end;
            }
            else if (IsFirst(next))
            {
                var stop = at + 1;
                while (stop < text.Length && (IsFirst(text[stop]) || char.IsAsciiDigit(text[stop])))
                {
                    stop++;
                }
                filled.Append(ValueOf(text[(at + 1)..stop]));
                at = stop - 1;
            }
            else
            {
                filled.Append('$');
            }
        }
        return filled.ToString();
    }

    /// <summary>The brace that closes; 0: none does.</summary>
    private static int End(string text, int from)
    {
        var open = 1;
        for (var at = from; at < text.Length; at++)
        {
            open += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
            if (open == 0)
            {
                return at;
            }
        }
        return 0;
    }

    private string Braced(string inner, int depth)
    {
        var length = 0;
        while (length < inner.Length
            && (IsFirst(inner[length]) || char.IsAsciiDigit(inner[length])))
        {
            length++;
        }
        var (name, rest) = (inner[..length], inner[length..]);
        var whenEmpty = rest.StartsWith(':');
        var way = rest.Length > (whenEmpty ? 1 : 0) ? rest[whenEmpty ? 1 : 0] : '\0';
        var other = rest.Length > (whenEmpty ? 2 : 1) ? rest[(whenEmpty ? 2 : 1)..] : "";
        var value = this[name];
        var isSet = value is not null && !(whenEmpty && value.Length == 0);
        return way switch
        {
            '-' => isSet ? value! : Fill(other, depth + 1),
            '+' => isSet ? Fill(other, depth + 1) : "",
            '?' when !isSet => throw new ComposeException(null,
                $"The file needs a value for {name}"
                + (other.Length > 0 ? $": {Fill(other, depth + 1)}" : "."),
                $"Write {name}=… into the file .env beside it."),
            _ => ValueOf(name),
        };
    }

    private string ValueOf(string name)
    {
        if (this[name] is { } value)
        {
            return value;
        }
        _missing.Add(name);
        return "";
    }

    private static bool IsFirst(char c) => char.IsAsciiLetter(c) || c == '_';
}
