using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Text;
using Loam.Drivers.Containers;

namespace Loam.Tests.Conformance;

/// <summary>A small image made of this machine's busybox: no registry is needed.</summary>
internal static class BusyboxImage
{
    public const string Name = "loam-conformance/busybox";
    private const string Busybox = "/bin/busybox";

    private static readonly string[] Programs =
        ["sh", "sleep", "httpd", "true", "cat", "touch", "grep", "nc", "nslookup"];

    public static bool IsStatic()
    {
        if (!File.Exists(Busybox))
        {
            return false;
        }
        // A program that is not static names its loader near its beginning.
        var head = new byte[4096];
        using var file = File.OpenRead(Busybox);
        file.ReadAtLeast(head, head.Length, false);
        return !Encoding.ASCII.GetString(head).Contains("/ld-linux");
    }

    /// <summary>Puts it into an engine.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> LoadAsync(IContainerEngine engine, string socket)
    {
        using var connection = new EngineConnection(socket);
        var body = new ByteArrayContent(Archive());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        await connection.CallAsync(
            HttpMethod.Post, $"/images/create?fromSrc=-&repo={Name}", "image",
            CancellationToken.None, body);
        var images = await engine.ListImagesAsync(CancellationToken.None);
        return images.Single(i => i.Tags.Any(t => t.Contains(Name))).Id;
    }

    public static byte[] Archive()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin/", "tmp/", "run/", "www/"])
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder)
                {
                    Mode = (UnixFileMode)0b111_101_101,
                });
            }
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(File.ReadAllBytes(Busybox)),
            });
            foreach (var program in Programs)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{program}")
                {
                    LinkName = "busybox",
                });
            }
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "www/index.html")
            {
                Mode = (UnixFileMode)0b110_100_100,
                DataStream = new MemoryStream("well\n"u8.ToArray()),
            });
        }
        return bytes.ToArray();
    }
}
