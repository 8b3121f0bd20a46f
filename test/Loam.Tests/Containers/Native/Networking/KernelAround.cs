using Loam.Drivers.Containers.Native.Networking;

namespace Loam.Tests.Containers.Native.Networking;

/// <summary>A kernel with something around each call that changes it.</summary>
/// <param name="around">Is given the call's object, a name or a path, and the call.</param>
public sealed class KernelAround(INetworkKernel real, Action<string, Action> around)
    : INetworkKernel
{
    public bool Forwards => real.Forwards;
    public void Prepare(string folder) => around(folder, () => real.Prepare(folder));
    public IReadOnlyList<string> Links() => real.Links();
    public IReadOnlyList<Subnet> Routes() => real.Routes();
    public void MakeBridge(string name, string address) =>
        around(name, () => real.MakeBridge(name, address));
    public void DropLink(string name) => around(name, () => real.DropLink(name));
    public void OpenSpace(string path) => around(path, () => real.OpenSpace(path));
    public void CloseSpace(string path) => around(path, () => real.CloseSpace(path));
    public IReadOnlySet<string> Spaces(string folder) => real.Spaces(folder);
    public void Plug(Cable cable) => around(cable.Link, () => real.Plug(cable));
    public void ForgetFlows(
        IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports) =>
        around("", () => real.ForgetFlows(addresses, ports));
    public void Forward() => around("", real.Forward);
}
