using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Users;

/// <summary>The host's own programs, which know its policy for accounts.</summary>
/// <param name="root">The directory that is the machine's root: <c>/</c>.</param>
internal sealed class ShadowPrograms(string root) : IAccountWriter
{
    /// <summary>Whether the host has them.</summary>
    public static bool AreThere => Command.Find("useradd") is not null;

    public Task AddUserAsync(HostUser user, CancellationToken cancel) => RunAsync("useradd",
        [
            "-m", "-k", Path.Combine(root, "etc/skel"), "-d", user.Home, "-u", Text(user.Uid),
            "-U", "-s", user.Shell,
            // No password fits, and the account is not locked for that.
            "-p", "*", user.Name,
        ], cancel);

    // What useradd leaves undone, no program completes.
    public Task FinishUserAsync(HostUser user, CancellationToken cancel) => Task.CompletedTask;

    public Task SetUserAsync(HostUser user, bool? locked, CancellationToken cancel) =>
        RunAsync("usermod",
            [
                "-s", user.Shell, "-G", string.Join(',', user.Groups),
                "-e", user.ExpiresOn is { } day ? Text(day) : "",
                .. locked switch { null => Array.Empty<string>(), true => ["-L"], _ => ["-U"] },
                user.Name,
            ], cancel);

    public async Task RemoveUserAsync(HostUser user, CancellationToken cancel)
    {
        await RunAsync("userdel", ["-f", user.Name], cancel);
        if (AccountTable.Read(Path.Combine(root, "etc/group"))?.Has(user.Name) == true)
        {
            await RunAsync("groupdel", [user.Name], cancel);
        }
    }

    public Task AddGroupAsync(string name, CancellationToken cancel) =>
        RunAsync("groupadd", ["-r", name], cancel);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        RunAsync("groupdel", [name], cancel);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        string[] where = root == "/" ? [] : ["--prefix", root];
        var result = await Command.RunAsync(program, [.. where, .. arguments], "", cancel);
        if (result.ExitCode == 0)
        {
            return;
        }
        var said = result.Output.Trim().Split('\n')[^1];
        throw said.Contains("try again", StringComparison.OrdinalIgnoreCase)
            ? new HostException(Fault.Unavailable, said, "Another program changes accounts.")
            : new HostException(Fault.Conflict, $"{said}.",
                "See what stands in /etc/passwd and /etc/group, and apply it again.");
    }
}
