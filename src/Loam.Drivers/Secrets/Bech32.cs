namespace Loam.Drivers.Secrets;

/// <summary>The text form of age keys; BIP 173, without its limit of 90 characters, as age uses
/// it.</summary>
internal static class Bech32
{
    private const string Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int Checksum = 6;

    private static readonly uint[] Generator =
        [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <param name="prefix">Lower case.</param>
    /// <returns>Lower case.</returns>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        var values = Regroup(data, 8, 5, pad: true)!;
        var check = Polymod(prefix, [.. values, 0, 0, 0, 0, 0, 0]) ^ 1;
        var text = new char[values.Length + Checksum];
        for (var i = 0; i < values.Length; i++)
        {
            text[i] = Letters[values[i]];
        }
        for (var i = 0; i < Checksum; i++)
        {
            text[values.Length + i] = Letters[(int)(check >> (5 * (5 - i)) & 31)];
        }
        Array.Clear(values);
        return $"{prefix}1{new string(text)}";
    }

    /// <summary>The data, or null when the text is not Bech32 with that prefix.</summary>
    /// <param name="prefix">Lower case; the text is all lower or all upper case.</param>
    public static byte[]? Decode(string prefix, ReadOnlySpan<char> text)
    {
        var upper = text.IndexOfAnyInRange('A', 'Z') >= 0;
        if (upper && text.IndexOfAnyInRange('a', 'z') >= 0)
        {
            return null;
        }
        var lower = new char[text.Length];
        text.ToLowerInvariant(lower);
        if (lower.Length < prefix.Length + 1 + Checksum
            || !lower.AsSpan().StartsWith(prefix) || lower[prefix.Length] != '1')
        {
            return null;
        }
        var values = new byte[lower.Length - prefix.Length - 1];
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                var value = Letters.IndexOf(lower[prefix.Length + 1 + i]);
                if (value < 0)
                {
                    return null;
                }
                values[i] = (byte)value;
            }
            return Polymod(prefix, values) == 1
                ? Regroup(values.AsSpan(0, values.Length - Checksum), 5, 8, pad: false)
                : null;
        }
        finally
        {
            Array.Clear(values);
            Array.Clear(lower);
        }
    }

    private static uint Polymod(string prefix, ReadOnlySpan<byte> values)
    {
        var check = 1u;
        foreach (var c in prefix)
        {
            check = Mix(check, (uint)c >> 5);
        }
        check = Mix(check, 0);
        foreach (var c in prefix)
        {
            check = Mix(check, c & 31u);
        }
        foreach (var value in values)
        {
            check = Mix(check, value);
        }
        return check;
    }

    private static uint Mix(uint check, uint value)
    {
        var top = check >> 25;
        check = (check & 0x1ffffff) << 5 ^ value;
        for (var i = 0; i < Generator.Length; i++)
        {
            check ^= (top >> i & 1) == 1 ? Generator[i] : 0;
        }
        return check;
    }

    /// <summary>Groups of bits to groups of another size; null when the rest is not zero padding
    /// shorter than one group.</summary>
    private static byte[]? Regroup(ReadOnlySpan<byte> data, int from, int to, bool pad)
    {
        var result = new byte[(data.Length * from + (pad ? to - 1 : 0)) / to];
        var (gathered, bits, filled) = (0, 0, 0);
        foreach (var value in data)
        {
            gathered = (gathered << from | value) & 0xfff;
            bits += from;
            while (bits >= to)
            {
                bits -= to;
                result[filled++] = (byte)(gathered >> bits & ((1 << to) - 1));
            }
        }
        var rest = gathered & ((1 << bits) - 1);
        if (pad)
        {
            if (bits > 0)
            {
                result[filled] = (byte)(rest << (to - bits));
            }
            return result;
        }
        return bits >= from || rest != 0 ? null : result;
    }
}
