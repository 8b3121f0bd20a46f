using System.Collections.Immutable;
using System.Text.Json;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.StateFiles;

namespace Loam.Cli.Commands;

/// <summary><c>loam validate</c>: everything that is wrong with a directory of state files,
/// without a daemon.</summary>
internal static class ValidateCommand
{
    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var directory = call.Words.Count > 0 ? call.Words[0] : call.Paths.StateDir;
        var files = StateDirectory.Read(directory, mayBeAbsent: false);
        var findings = StateReader.Read(files).Findings;
        var errors = findings.Count(f => f.IsError);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Write(json =>
            {
                json.WriteBoolean("valid", errors == 0);
                json.WritePropertyName("findings");
                JsonSerializer.Serialize(json, findings.ToImmutableArray(),
                    ApiJson.Default.ImmutableArrayDiagnostic);
            }) + "\n");
        }
        else
        {
            call.Terminal.Write(FailureView.Of(findings, files, call.Terminal.Look));
            call.Terminal.Write(Summary(files.Texts.Count, errors, findings.Count - errors));
        }
        return Task.FromResult(errors == 0 ? ExitCode.Done : ExitCode.Invalid);
    }

    private static Line Summary(int files, int errors, int others)
    {
        var line = new Line(errors == 0 ? "✓ " : "✗ ", errors == 0 ? Ink.Good : Ink.Bad);
        line.Add($"{Units.Count(files, "file")}: "
            + (errors == 0 ? "valid" : Units.Count(errors, "error")));
        return others == 0 ? line : line.Add($", {Units.Count(others, "remark")}");
    }
}
