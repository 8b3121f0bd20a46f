using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Observing;
using Loam.Mind.Context;

namespace Loam.MindHost;

/// <summary>What marks observed text in one request. Nobody can guess it, and whatever is seen
/// otherwise gets another; the very same request gets the same, so that its answer can be said
/// again.</summary>
internal sealed class Nonces
{
    private const int Bytes = 6;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Of(string person, MachineView view, IEnumerable<SaidTurn> history, string request)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(view, LoamJson.Default.MachineView));
        foreach (var text in history.Select(t => t.Text).Prepend(person).Append(request))
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(text));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Bytes));
    }
}
