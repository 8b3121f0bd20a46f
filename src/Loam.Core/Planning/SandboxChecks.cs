using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>What a job on the host asks for is something a sandbox can get.</summary>
internal static class SandboxChecks
{
    public static void Run(PlanDraft draft, DiagnosticBag found)
    {
        foreach (var job in draft.After.Jobs.Values.Where(
            j => j.IsOnHost && draft.Changes.ContainsKey(j.Id)))
        {
            var spec = draft.After.Resources[job.Id];
            if (!draft.Context.CanSandbox && job.OwnCheck is null)
            {
                found.Error(Codes.ProgramMissing, spec.At, $"Job {job.Name} runs on the machine "
                    + "itself, in a sandbox, and bwrap, which makes it, is not installed.",
                    "`apt-get install bubblewrap`, or give the job a container or an image.");
            }
            foreach (var access in job.Access)
            {
                if (access.Refusal() is { } why)
                {
                    found.Error(Codes.BadValue, spec.Spec["access"]?.At ?? spec.At,
                        $"Job {job.Name} asks to {access.Words}, and no sandbox may: {why}.",
                        "Name what the job needs below it, or run it in a container.");
                }
            }
            if (job.Words.Split(' ')[0] == "loam" && job.OwnCheck is null)
            {
                found.Error(Codes.BadValue, spec.Spec["command"]?.At ?? spec.At,
                    $"Job {job.Name} runs loam, which a job may not command.",
                    $"As jobs there are: {string.Join(", ", Job.OwnChecks)}.");
            }
        }
    }
}
