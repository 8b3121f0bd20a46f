using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Certificates;

/// <summary>Where the proof that a domain is this machine's is put.</summary>
public interface IAcmeAnswer
{
    /// <returns>Disposing takes it away.</returns>
    /// <exception cref="HostException">Conflict: the place is taken.</exception>
    Task<IAsyncDisposable> GiveAsync(string domain, string proof, CancellationToken cancel);
}

/// <summary>Answers on a port, port 80 but for tests, for as long as a domain is proved. It reads
/// nothing of what it is asked: there is one answer, so there is nothing to understand.</summary>
public sealed class HttpAnswer(int port) : IAcmeAnswer
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    public Task<IAsyncDisposable> GiveAsync(
        string domain, string proof, CancellationToken cancel)
    {
        var listener = new TcpListener(IPAddress.IPv6Any, port);
        listener.Server.DualMode = true;
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            var owner = HostPorts.OfThisHost.Find([(port, "tcp")]).FirstOrDefault()?.Owner;
            throw new HostException(Fault.Conflict,
                $"{domain} is proved over port {port}, which {owner ?? "another program"} holds.",
                "Free the port for the moment, or write `challenge: dns`.");
        }
        return Task.FromResult<IAsyncDisposable>(new Answering(listener, proof));
    }

    private sealed class Answering : IAsyncDisposable
    {
        private readonly TcpListener _listener;
        private readonly byte[] _answer;
        private readonly Task _loop;

        public Answering(TcpListener listener, string proof)
        {
            _listener = listener;
            _answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                + $"Connection: close\r\nContent-Length: {proof.Length}\r\n\r\n{proof}");
            _loop = RunAsync();
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _loop.ConfigureAwait(false);
        }

        private async Task RunAsync()
        {
            while (true)
            {
                try
                {
                    using var socket = await _listener.AcceptSocketAsync().ConfigureAwait(false);
                    await AnswerAsync(socket).ConfigureAwait(false);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException
                    or OperationCanceledException)
                {
                    if (!_listener.Server.IsBound)
                    {
                        return;
                    }
                }
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using var limit = new CancellationTokenSource(s_longest);
            var some = new byte[2048];
            await socket.ReceiveAsync(some, limit.Token).ConfigureAwait(false);
            await socket.SendAsync(_answer, limit.Token).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
            // Until the other side hangs up: else what it still sends would tear the answer away.
            while (await socket.ReceiveAsync(some, limit.Token).ConfigureAwait(false) > 0)
            {
            }
        }
    }
}

/// <summary>A program of the owner's sets a record: <c>PROGRAM … set NAME VALUE</c>, and later
/// <c>clear</c>.</summary>
public sealed class HookAnswer(CertificateOrder order) : IAcmeAnswer
{
    public async Task<IAsyncDisposable> GiveAsync(
        string domain, string proof, CancellationToken cancel)
    {
        var name = $"_acme-challenge.{domain}";
        await RunAsync("set", name, proof, cancel);
        return new Cleared(() => RunAsync("clear", name, proof, CancellationToken.None));
    }

    private async Task RunAsync(
        string verb, string name, string value, CancellationToken cancel)
    {
        var hook = order.Acme!.Hook;
        var result = await Command.RunAsync(
            hook[0], [.. hook.Skip(1), verb, name, value], "", cancel);
        if (result.ExitCode != 0)
        {
            throw new HostException(Fault.Denied,
                $"The dns_hook of certificate {order.Name} ended with exit code "
                + $"{result.ExitCode}: {result.Output.Trim().Split('\n')[^1]}.",
                "Run it by hand to see what it wants.");
        }
    }

    private sealed class Cleared(Func<Task> clear) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await clear().ConfigureAwait(false);
            }
            catch (HostException)
            {
                // A record that stays proves nothing any more.
            }
        }
    }
}
