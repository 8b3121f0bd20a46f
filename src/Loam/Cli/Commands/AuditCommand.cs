using System.Globalization;
using System.Security.Cryptography;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Drivers.Auditing;

namespace Loam.Cli.Commands;

/// <summary><c>loam audit</c>: who did what, and whether the record still stands.</summary>
internal static class AuditCommand
{
    private const int MostLines = 1000;

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        call.Words switch
        {
            [] => ShowAsync(call, cancel),
            ["key"] => Task.FromResult(Key(call)),
            ["verify"] => Task.FromResult(Verify(call, call.Paths.AuditDir)),
            ["verify", var directory] => Task.FromResult(Verify(call, directory)),
            _ => throw new CommandFailure(ExitCode.Invalid,
                "`loam audit` is followed by nothing, by verify, or by key.",
                "For instance `loam audit verify`, or `loam audit verify /mnt/copy/audit`."),
        };

    private static async Task<ExitCode> ShowAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.AuditAsync(call.Number("most", 50, MostLines), cancel)
            .ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.AuditAnswer), AuditView.Of(
            answer.Lines, call.Time.LocalTimeZone, call.Terminal.Look));
        return ExitCode.Done;
    }

    /// <summary>Needs no daemon: a record can be checked on another machine.</summary>
    private static ExitCode Verify(Invocation call, string directory)
    {
        using var key = AuditKey.Public(call.Value("key") ?? AuditLog.PublicKeyIn(directory));
        var verdict = AuditChain.Verify(directory, key);
        call.Answer(() => Json(verdict, key), AuditView.Verdict(verdict,
            AuditKey.Fingerprint(key), call.Has("key"), call.Time.LocalTimeZone,
            call.Terminal.Look));
        return verdict.Broken is null ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Json(AuditVerdict verdict, ECDsa key) => JsonOutput.Write(json =>
    {
        json.WriteBoolean("intact", verdict.Broken is null);
        json.WriteNumber("lines", verdict.Lines);
        json.WriteNumber("first", verdict.First);
        json.WriteNumber("signatures", verdict.Checkpoints);
        json.WriteNumber("lines_after_the_last_signature", verdict.Unsigned);
        json.WriteString("key", AuditKey.Fingerprint(key));
        if (verdict.Broken is { } where)
        {
            json.WriteString("file", where.File);
            json.WriteNumber("line", where.Line);
            json.WriteString("why", where.Why);
        }
    });

    private static ExitCode Key(Invocation call)
    {
        using var key = AuditKey.Public(AuditLog.PublicKeyIn(call.Paths.AuditDir));
        call.Terminal.Raw(string.Create(CultureInfo.InvariantCulture,
            $"{key.ExportSubjectPublicKeyInfoPem()}\n{AuditKey.Fingerprint(key)}\n"));
        return ExitCode.Done;
    }
}
