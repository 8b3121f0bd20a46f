using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>What the daemon has for the process that takes requests from the network.</summary>
internal interface IWebSide
{
    /// <summary>Where it speaks to the daemon, and nobody else does.</summary>
    string Socket { get; }

    /// <summary>The number of its user and group.</summary>
    uint User { get; }

    /// <summary>What it shows whoever comes; null: nothing, they come in the clear.</summary>
    /// <exception cref="HostException">It is declared, and cannot be read.</exception>
    WebCertificate? Certificate();
}

/// <param name="Chain">Certificates, its own first, as PEM.</param>
/// <param name="Key">As PEM.</param>
internal sealed record WebCertificate(string Chain, string Key);

internal sealed record WebCertificateAnswer(WebCertificate? Certificate);

/// <summary>The one thing that process can ask for itself. Whatever else it brings, it brings for
/// the bearer of a token.</summary>
internal sealed class WebRoutes(IWebSide web)
{
    /// <summary>Where a request comes from, in its words.</summary>
    public const string Source = "Loam-Source";

    public IReadOnlyList<Route> Table =>
    [
        new("GET", "/v1/web/certificate", Rights.Serve, (call, cancel) => Routes.Answer(
            call, new WebCertificateAnswer(web.Certificate()),
            ApiJson.Default.WebCertificateAnswer, cancel)),
    ];
}
