using Loam.Core.Observing;

namespace Loam.Cli.Views;

/// <summary>Certificates for people.</summary>
internal static class CertificateView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<CertificateStatus> certificates, DateTimeOffset now, Look look)
    {
        if (certificates.Count == 0)
        {
            foreach (var line in Paragraph.Of("No certificates are declared.", look))
            {
                yield return line;
            }
            yield break;
        }
        var table = new Table("", "CERTIFICATE", "FOR", "SIGNED BY", "ENDS", "USED BY");
        foreach (var one in certificates)
        {
            var (mark, ink) = one.Health switch
            {
                CertificateHealth.Good => ("●", Ink.Good),
                CertificateHealth.Due => ("◐", Ink.Warn),
                _ => ("✗", Ink.Bad),
            };
            table.Add(new(mark, ink), new(one.Name, Ink.Bold),
                new(string.Join(", ", one.Domains)), new(one.Issuer),
                new(one.Until is { } until ? Ends(until - now) : ""),
                new(string.Join(", ", one.UsedBy)));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
        foreach (var one in certificates.Where(c => c.Detail is not null))
        {
            foreach (var line in Paragraph.Of(
                new Line($"  {one.Name}: ", Ink.Warn), look.Clean(one.Detail!), look))
            {
                yield return line;
            }
        }
    }

    public static IEnumerable<Line> One(
        CertificateStatus one, DateTimeOffset now, Look look) =>
        [
            .. Table([one], now, look),
            new Line("in ", Ink.Dim).Add(look.Clean(one.Folder)).Add(": cert.pem, key.pem"),
        ];

    private static string Ends(TimeSpan left) => left > TimeSpan.Zero
        ? $"in {Units.Count((int)left.TotalDays, "day")}" : $"{Units.Age(-left)} ago";
}
