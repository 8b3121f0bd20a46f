using System.Net;
using System.Net.Sockets;
using Loam.Drivers.Network;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Network;

/// <summary>A question and its answers, in a network namespace in which port 53 is free.</summary>
[NeedsNet]
public sealed class DnsProbeTests : IAsyncLifetime
{
    private readonly string _name = $"ldp{Guid.NewGuid().ToString("N")[..8]}";

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is null)
        {
            await Processes.RunAsync("ip", "netns", "add", _name);
            await Processes.RunAsync("ip", "-n", _name, "link", "set", "lo", "up");
        }
    }

    public Task DisposeAsync() => Processes.RunAsync("ip", "netns", "delete", _name);

    [NeedingFact]
    public async Task An_answer_counts_when_the_name_was_looked_up()
    {
        foreach (var (code, counts) in ((byte, bool)[])
            [(0, true), (3, true), (2, false), (5, false)])
        {
            (await AskAsync("127.0.0.1", question =>
            {
                question[2] |= 0x80;
                question[3] = code;
                return question;
            })).ShouldBe(counts, $"code {code}");
        }
    }

    [NeedingFact]
    public async Task The_answer_to_another_question_does_not_count() =>
        (await AskAsync("127.0.0.1", question =>
        {
            question[0]++;
            question[2] |= 0x80;
            return question;
        })).ShouldBeFalse();

    [NeedingFact]
    public async Task Nobody_there_is_no_answer() =>
        (await AskAsync("127.0.0.2", q => q)).ShouldBeFalse();

    /// <returns>What the probe says of a server on 127.0.0.1.</returns>
    private async Task<bool> AskAsync(string server, Func<byte[], byte[]> answer)
    {
        Task<bool>? asked = null;
        Task? served = null;
        Socket? socket = null;
        Namespaces.In(_name, () =>
        {
            socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 53));
            served = ServeAsync(socket, answer);
            asked = new DnsProbe().AnswersAsync(server, "home.arpa", default);
        });
        var result = await asked!;
        socket!.Dispose();
        await served!;
        return result;
    }

    private static async Task ServeAsync(Socket socket, Func<byte[], byte[]> answer)
    {
        var bytes = new byte[512];
        try
        {
            var got = await socket.ReceiveFromAsync(bytes, new IPEndPoint(IPAddress.Any, 0));
            bytes[..got.ReceivedBytes][12].ShouldBe((byte)4);
            await socket.SendToAsync(answer(bytes[..got.ReceivedBytes]), got.RemoteEndPoint);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody asked.
        }
    }
}
