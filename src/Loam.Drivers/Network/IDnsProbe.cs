using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Loam.Drivers.Network;

/// <summary>Asks a name server. The simulation has its own beneath the same driver.</summary>
public interface IDnsProbe
{
    /// <returns>True: it knows the name, or knows that it does not exist.</returns>
    Task<bool> AnswersAsync(string server, string name, CancellationToken cancel);
}

/// <summary>One question over UDP. RFC 1035.</summary>
public sealed class DnsProbe : IDnsProbe
{
    private const int Port = 53, HeadBytes = 12, MostBytes = 4096;
    private const ushort Recursion = 0x0100, NameServers = 2, Internet = 1;
    private const int Answer = 0x80, CodeBits = 0x0f, NoError = 0, NoSuchName = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<bool> AnswersAsync(string server, string name, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(s_patience);
        var question = Question(name);
        var reply = new byte[MostBytes];
        try
        {
            var end = new IPEndPoint(IPAddress.Parse(server), Port);
            using var socket = new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(end, bounded.Token);
            await socket.SendAsync(question, bounded.Token);
            var length = await socket.ReceiveAsync(reply, bounded.Token);
            return length >= HeadBytes && reply[0] == question[0] && reply[1] == question[1]
                && (reply[2] & Answer) != 0 && (reply[3] & CodeBits) is NoError or NoSuchName;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static byte[] Question(string name)
    {
        using var text = new MemoryStream();
        Span<byte> head = stackalloc byte[HeadBytes];
        head.Clear();
        RandomNumberGenerator.Fill(head[..2]);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], Recursion);
        BinaryPrimitives.WriteUInt16BigEndian(head[4..], 1);
        text.Write(head);
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            text.WriteByte((byte)label.Length);
            text.Write(Encoding.ASCII.GetBytes(label));
        }
        text.WriteByte(0);
        text.Write([0, (byte)NameServers, 0, (byte)Internet]);
        return text.ToArray();
    }
}
