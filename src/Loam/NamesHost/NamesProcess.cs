using System.Net.Sockets;
using System.Text.Json;
using Loam.Drivers.Confinement;
using Loam.Drivers.Containers.Native.Networking;

namespace Loam.NamesHost;

/// <summary><c>loam names</c>: answers containers that ask for names, as a user without a right.
/// What it was given is a file that the daemon writes, and sockets: from file 3 on those that may
/// send to name servers, then of each network one of UDP and one that listens.</summary>
internal static class NamesProcess
{
    private const int First = 3;

    /// <param name="file">The table.</param>
    /// <param name="asking">How many sockets may send to name servers.</param>
    /// <param name="networks">How many networks there are.</param>
    public static async Task RunAsync(
        string file, int asking, int networks, CancellationToken stop)
    {
        Confined.ForbidPrograms();
        var table = new TableFile(file);
        var forwarding = new Forwarding([.. Enumerable.Range(First, asking).Select(Given)]);
        var server = new NameServer(table.Lookup, forwarding);
        var served = Enumerable.Range(0, networks).SelectMany(n => (Task[])
        [
            server.AnswerAsync(Given(First + asking + 2 * n), stop),
            server.AcceptAsync(Given(First + asking + 2 * n + 1), stop),
        ]);
        // One that fails ends all of them: whoever started this starts it again.
        await (await Task.WhenAny([forwarding.ListenAsync(stop), .. served])
            .ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static Socket Given(int file) => new(new SafeSocketHandle(file, ownsHandle: true));

    /// <summary>Reads the table again when it was written again.</summary>
    private sealed class TableFile(string file)
    {
        private readonly Lock _gate = new();
        private (DateTime Written, NameLookup Lookup) _read = (default, new(NameTable.Empty));

        public NameLookup Lookup()
        {
            lock (_gate)
            {
                var written = File.GetLastWriteTimeUtc(file);
                if (written != _read.Written)
                {
                    _read = (written, new(JsonSerializer.Deserialize(
                        File.ReadAllBytes(file), NetworkJson.Default.NameTable)!));
                }
                return _read.Lookup;
            }
        }
    }
}
