using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Whoever may talk to the engine can mount the host's root and is root.</summary>
internal static class EngineUsers
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        foreach (var user in declared.Security?.Maps("users") ?? [])
        {
            foreach (var group in user.List("groups").OfType<TextValue>())
            {
                if (group.Text is "docker" or "podman" or "lxd" or "incus-admin")
                {
                    found.Warn(Codes.EqualsRoot, group.At,
                        $"User {user.Text("name")} in group {group.Text} has the rights of root.",
                        "Remove the group unless that is meant; Loam itself does not need it.");
                }
            }
        }
    }
}
