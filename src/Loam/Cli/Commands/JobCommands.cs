using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary>Verbs about jobs.</summary>
internal static class JobCommands
{
    public static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.JobsAsync(cancel).ConfigureAwait(false);
        var now = call.Time.GetUtcNow();
        if (call.Words.Count == 0)
        {
            call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.JobsAnswer),
                JobView.Table(answer.Jobs, now, call.Terminal.Look));
            return ExitCode.Done;
        }
        var job = answer.Jobs.FirstOrDefault(j => j.Name == call.Words[0])
            ?? throw new CommandFailure(ExitCode.Invalid,
                $"There is no job {call.Words[0]}.", "`loam jobs` lists them.");
        call.Answer(() => JsonOutput.Of(job, ApiJson.Default.JobStatus),
            JobView.One(job, now, call.Terminal.Look));
        return ExitCode.Done;
    }

    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var run = await call.Client.RunJobAsync(call.Words[0], cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(run, ApiJson.Default.JobRun),
            JobView.Ended(call.Words[0], run, call.Terminal.Look));
        return run.HasFailed ? ExitCode.Failed : ExitCode.Done;
    }
}
