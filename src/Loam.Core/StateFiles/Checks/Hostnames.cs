using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Checks;

/// <summary>The hostname may stand in two files, which must agree.</summary>
internal static class Hostnames
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        var first = declared.Manifest?.Text("hostname");
        if (declared.Network?["hostname"] is TextValue second && first is not null
            && first != second.Text)
        {
            found.Error(Codes.Disagreement, second.At,
                $"The hostname is {first} in manifest.yaml and {second.Text} here.",
                "Remove one of them.");
        }
    }
}
