using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Tests.Mind.Answers;

/// <summary>What the daemon makes of a proposal of somebody who saw handles.</summary>
public sealed class ProposalCheckTests
{
    private const string Cipher = "encrypted:v1:YWdlLWVuY3J5cHRpb24ub3Jn";

    private static readonly StateSet s_files = StateSet.Empty
        .With("security.yaml", "apiVersion: loam/v1\nkind: SecurityConfig\nspec:\n"
            + $"  secrets:\n    - {{name: KEY, value: \"{Cipher}\"}}\n")
        .With("services.yaml", "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n"
            + "  services:\n    - name: web\n      image: nginx:1.27\n"
            + "      environment: {ADMIN_PASSWORD: hunter2}\n");

    [Fact]
    public void A_machine_with_secrets_can_be_changed_and_keeps_them()
    {
        var shown = SecretHandles.Blank(s_files)["services.yaml"]!;
        shown.ShouldNotContain("hunter2");
        var (kept, findings) = Read("services.yaml",
            shown.Replace("nginx:1.27", "nginx:1.28", StringComparison.Ordinal));
        findings.ShouldNotContain(f => f.IsError);
        kept!.Texts["services.yaml"].ShouldBe(
            s_files["services.yaml"]!.Replace("1.27", "1.28", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_is_no_handle_and_is_not_repeated()
    {
        var (kept, findings) = Read("security.yaml",
            s_files["security.yaml"]!.Replace("KEY", "OTHER", StringComparison.Ordinal));
        kept.ShouldBeNull();
        findings.ShouldAllBe(f => !f.Message.Contains(Cipher));
    }

    private static (ProposalOrder? Kept, ImmutableArray<Core.Diagnostics.Diagnostic> Findings)
        Read(string file, string text) => ProposalCheck.Read(new("m", "w",
            ImmutableSortedDictionary<string, string>.Empty.Add(file, text), 1), s_files);
}
