using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Every check that looks at more than one field, one rule to a file.</summary>
internal static class CrossChecks
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        FieldPairs.Run(declared, found);
        SecretReferences.Run(declared, found);
        References.Run(declared, found);
        PortClashes.Run(declared, found);
        DependencyLoops.Run(declared, found);
        Hostnames.Run(declared, found);
        FirewallPassage.Run(declared, found);
        ImageVersions.Run(declared, found);
        EngineUsers.Run(declared, found);
        SharedVolumes.Run(declared, found);
        StorageFields.Run(declared, found);
        BackupLabels.Run(declared, found);
    }
}
