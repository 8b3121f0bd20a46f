using System.Buffers.Binary;
using System.Numerics;

namespace Loam.Drivers.Files;

/// <summary>SHA-256 (FIPS 180-4) of a folder's name, which every <c>loam --home</c> needs before
/// it can say a word. The library's is OpenSSL's, and loading that takes longer than all else
/// <c>loam status</c> does. For names only: what must be safe uses the library.</summary>
internal static class Sha256
{
    private const int Block = 64;

    private static readonly uint[] s_initial =
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    private static readonly uint[] s_round =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
        0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
        0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
        0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
        0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
        0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
        0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2,
    ];

    public static byte[] Of(ReadOnlySpan<byte> text)
    {
        // The text, a one bit, zeros, and the length in bits, in whole blocks.
        var padded = new byte[(text.Length + 8) / Block * Block + Block];
        text.CopyTo(padded);
        padded[text.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(
            padded.AsSpan(padded.Length - 8), (ulong)text.Length * 8);
        var hash = s_initial.ToArray();
        for (var at = 0; at < padded.Length; at += Block)
        {
            Mix(hash, padded.AsSpan(at, Block));
        }
        var bytes = new byte[32];
        for (var i = 0; i < hash.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), hash[i]);
        }
        return bytes;
    }

    private static void Mix(uint[] hash, ReadOnlySpan<byte> block)
    {
        Span<uint> word = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
        {
            word[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        }
        for (var i = 16; i < 64; i++)
        {
            var (low, high) = (word[i - 15], word[i - 2]);
            word[i] = word[i - 16] + word[i - 7]
                + (Right(low, 7) ^ Right(low, 18) ^ (low >> 3))
                + (Right(high, 17) ^ Right(high, 19) ^ (high >> 10));
        }
        var (a, b, c, d) = (hash[0], hash[1], hash[2], hash[3]);
        var (e, f, g, h) = (hash[4], hash[5], hash[6], hash[7]);
        for (var i = 0; i < 64; i++)
        {
            var one = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + ((e & f) ^ (~e & g))
                + s_round[i] + word[i];
            var two = (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }
        uint[] mixed = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < hash.Length; i++)
        {
            hash[i] += mixed[i];
        }
    }

    private static uint Right(uint value, int bits) => BitOperations.RotateRight(value, bits);
}
