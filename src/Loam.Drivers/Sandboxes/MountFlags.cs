namespace Loam.Drivers.Sandboxes;

/// <summary>How something is mounted, in the kernel's numbers (<c>linux/mount.h</c>).</summary>
[Flags]
internal enum MountFlags : uint
{
    ReadOnly = 1,
    NoSetId = 2,
    NoDevices = 4,
    NoPrograms = 8,
    /// <summary>What is mounted there gets other flags.</summary>
    Remount = 0x20,
    Bind = 0x1000,
    Recursive = 0x4000,
    /// <summary>Nothing of it is passed on to other namespaces, or comes from them.</summary>
    Private = 0x40000,
    /// <summary>What is mounted below it is passed on to other namespaces.</summary>
    Shared = 0x100000,
}
