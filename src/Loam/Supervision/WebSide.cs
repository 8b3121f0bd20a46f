using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>What the daemon does for the process that takes requests from the network.</summary>
internal sealed class WebSide(Func<DesiredState> desired, InstancePaths paths, string instance,
    EventLog events, TimeProvider time) : IWebSide
{
    public string Socket => paths.WebDaemonSocket;

    public uint User { get; } = ConfinedUser.Web.Of(instance);

    public WebCertificate? Certificate()
    {
        var state = desired();
        if (state.Settings.Api.Tls is not { } name)
        {
            return null;
        }
        var folder = state.Certificates.GetValueOrDefault(name)?.Path
            ?? Path.Combine(paths.CertificateRoot, name);
        try
        {
            return new(File.ReadAllText(Path.Combine(folder, "cert.pem")),
                File.ReadAllText(Path.Combine(folder, "key.pem")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Unavailable,
                $"Certificate {name} cannot be read: {e.Message}", "`loam certs` says more.");
        }
    }

    /// <summary>Listens where the state says, as soon as it says so.</summary>
    public Watched[] Watch => [new("the API on the network", new WebWatch(
        () => desired().Settings.Api, paths, Environment.ProcessPath!, User, events, time)
        .RunAsync)];

    /// <summary>With its folders and their owners in place. What keeps them from it is told, and
    /// keeps nothing else from its work.</summary>
    /// <returns>Null: nobody can come in over the network.</returns>
    public static WebSide? Open(Func<DesiredState> desired, InstancePaths paths, string instance,
        EventLog events, TimeProvider time)
    {
        try
        {
            ConfinedFolders.Prepare(paths.WebDoors, paths.WebDir, ConfinedUser.Web.Of(instance));
            return new(desired, paths, instance, events, time);
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "watch.failed")
            {
                Name = "the API on the network",
                Message = $"Nobody can come in over the network: {fault.Message}",
            });
            return null;
        }
    }
}
