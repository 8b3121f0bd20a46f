using System.Net.Sockets;

namespace Loam.Testing;

/// <summary>A /dev of its own, with the socket of a system log that anybody may write. Needs root.
/// </summary>
internal sealed class SystemLog : IDisposable
{
    private const UnixFileMode ForAll = (UnixFileMode)0b110_110_110;

    private readonly string _folder = Directory.CreateTempSubdirectory("loam-dev-").FullName;
    private readonly Socket _socket = new(
        AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public SystemLog()
    {
        var path = Path.Combine(_folder, "log");
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, ForAll);
    }

    /// <summary>What unshare is called with before a command: nobody else sees that /dev.</summary>
    public IEnumerable<string> Around =>
    [
        "--mount", "--propagation", "private", "sh", "-c", """
            set -e
            for d in null zero random urandom; do
              : > "$0/$d"; mount --bind "/dev/$d" "$0/$d"
            done
            mount --rbind "$0" /dev
            exec "$@"
            """, _folder,
    ];

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
