using Loam.Core.Reconciling;
using Loam.Drivers.Network;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Conformance;

/// <summary>Each call on a thread that lives in the namespace.</summary>
internal sealed class WithinLinks(string name) : ILinks
{
    private readonly KernelLinks _links = new();

    public IReadOnlyList<HostLink> List() => Within(_links.List);
    public void Raise(string link) => Within(() => _links.Raise(link));
    public void AddAddress(string link, string address) =>
        Within(() => _links.AddAddress(link, address));
    public void RemoveAddress(string link, string address) =>
        Within(() => _links.RemoveAddress(link, address));
    public void Lend(string link, string address, TimeSpan lasts) =>
        Within(() => _links.Lend(link, address, lasts));
    public void AddGateway(string link, string gateway, bool isLent = false) =>
        Within(() => _links.AddGateway(link, gateway, isLent));
    public void RemoveGateway(string link, string gateway) =>
        Within(() => _links.RemoveGateway(link, gateway));
    public bool Answers(string link, string address) =>
        Within(() => _links.Answers(link, address));

    private void Within(Action work) => Within(() =>
    {
        work();
        return true;
    });

    private T Within<T>(Func<T> work)
    {
        T? result = default;
        HostException? fault = null;
        Namespaces.In(name, () =>
        {
            try
            {
                result = work();
            }
            catch (HostException e)
            {
                fault = e;
            }
        });
        return fault is null ? result! : throw fault;
    }
}
