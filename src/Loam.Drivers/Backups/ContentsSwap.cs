using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Backups;

/// <summary>Exchanges what is in a directory that is a file system of its own and so cannot be
/// moved. What was there waits in a directory within it; each move is one rename, and by the name
/// of that directory a crash in any moment is taken back at the next start.</summary>
public sealed class ContentsSwap(string path) : ISwap
{
    /// <summary>What is prepared; what is being moved out, so that the rest is still in its place;
    /// all of what was there; and what may go.</summary>
    private const string Prepared = ".loam-restore", Leaving = ".loam-leaving",
        Aside = ".loam-before", Old = ".loam-old";

    private static readonly string[] s_own = [Prepared, Leaving, Aside, Old];

    public string Staging => Path.Combine(path, Prepared);

    public void Put(string fresh) => Moving(root =>
    {
        if (Has(root, Aside) || Has(root, Leaving))
        {
            throw new IOException("an earlier restore was cut off there; restart the daemon");
        }
        using var from = Entries.Open(fresh);
        try
        {
            using (var leaving = Entries.Make(root, Leaving))
            {
                Entries.MakeLike(leaving, root);
                MoveAll(root, leaving);
                Entries.Sync(leaving);
            }
            Entries.Move(root, Leaving, root, Aside);
            Entries.Sync(root);
            MoveAll(from, root);
            if (fresh != Staging)
            {
                Entries.MakeLike(root, from);
            }
            Entries.Sync(root);
        }
        catch (IOException)
        {
            Back(root);
            throw;
        }
    });

    public bool Back()
    {
        var back = false;
        Moving(root =>
        {
            back = Back(root);
            CleanUp(root);
        });
        return back;
    }

    public void Keep() => Moving(root =>
    {
        if (Has(root, Aside))
        {
            // From here on a crash no longer takes it back.
            Entries.Remove(root, Old);
            Entries.Move(root, Aside, root, Old);
            Entries.Sync(root);
        }
        CleanUp(root);
    });

    public void CleanUp() => Moving(CleanUp);

    private static bool Back(SafeFileHandle root)
    {
        if (Has(root, Aside))
        {
            Entries.Remove(root, Prepared);
            using (var prepared = Entries.Make(root, Prepared))
            {
                MoveAll(root, prepared);
                Entries.Sync(prepared);
            }
            Entries.Move(root, Aside, root, Leaving);
            Entries.Sync(root);
        }
        if (!Has(root, Leaving))
        {
            return false;
        }
        using (var leaving = Entries.Make(root, Leaving))
        {
            MoveAll(leaving, root);
            Entries.MakeLike(root, leaving);
        }
        Entries.Sync(root);
        Entries.Remove(root, Leaving);
        return true;
    }

    private static void CleanUp(SafeFileHandle root)
    {
        Entries.Remove(root, Prepared);
        Entries.Remove(root, Old);
    }

    private static bool Has(SafeFileHandle root, string name) =>
        Libc.StatAt(root, name) is { IsDirectory: true };

    private static void MoveAll(SafeFileHandle from, SafeFileHandle to)
    {
        foreach (var name in Entries.Names(from).Except(s_own))
        {
            Entries.Move(from, name, to, name);
        }
    }

    private void Moving(Action<SafeFileHandle> move)
    {
        try
        {
            using var root = Entries.Open(path);
            move(root);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Conflict,
                $"What is in {path} cannot be exchanged: {fault.Message}",
                "Check that nothing is mounted below it, and the kernel's log (dmesg).");
        }
    }
}
