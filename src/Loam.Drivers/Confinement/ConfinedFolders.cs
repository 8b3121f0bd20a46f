using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Confinement;

/// <summary>The folders and sockets of a confined program, with their owners.</summary>
public static class ConfinedFolders
{
    private const uint OfGroup = 0x1e8, OfOwner = 0x1c0; // 0750, 0700

    /// <summary>Makes what is missing, and sets owners and modes anew.</summary>
    /// <param name="doors">Root's; the program looks into it.</param>
    /// <param name="home">The program's own.</param>
    /// <param name="shown">Names of files and folders that will be shown to it there; a folder's
    /// ends with a slash.</param>
    public static void Prepare(string doors, string home, uint user, params string[] shown)
    {
        Make(doors, 0, user, OfGroup);
        Make(Path.Combine(doors, "home"), 0, user, OfGroup);
        Make(home, user, user, OfOwner);
        foreach (var name in shown)
        {
            var place = Path.Combine(doors, name);
            if (name.EndsWith('/'))
            {
                Make(place, 0, user, OfGroup);
            }
            else
            {
                File.WriteAllBytes(place, []);
            }
        }
    }

    private static void Make(string path, uint user, uint group, uint mode)
    {
        if (Libc.MakeDirectory(path, mode) != 0
            && Marshal.GetLastPInvokeError() is var error and not Libc.ErrorExists)
        {
            throw Libc.Failure($"{path} cannot be made", error);
        }
        using var folder = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);
        if (Libc.ChangeOwner(folder, user, group) != 0 || Libc.ChangeMode(folder, mode) != 0)
        {
            throw Libc.Failure($"{path} cannot be given its owner",
                Marshal.GetLastPInvokeError());
        }
    }
}
