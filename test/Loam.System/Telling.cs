using Loam.System.Harness;

namespace Loam.System;

/// <summary>What every story needs: the machine that it is told on, and a clean beginning.
/// </summary>
public abstract class Telling(Ground ground)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    protected Ground Ground => ground;
    protected Instance Loam => ground.Instance;
    protected Engine Engine => ground.Engine;
    protected int Port => ground.FirstPort;

    protected Transcript Transcript(string name) => new(name, ground);

    /// <summary>Begins with nothing declared; a failure tells what the daemon said last.</summary>
    protected async Task StoryAsync(Func<Task> story)
    {
        try
        {
            await Loam.ResetAsync();
            await story();
        }
        catch (Exception failure)
        {
            var events = await Loam.RunAsync("events");
            throw new StoryException(
                $"{failure.Message}\n{failure.StackTrace}\n-- the daemon's log ends:\n"
                + $"{Loam.LogTail}\n-- the last events:\n"
                + string.Join('\n', events.Output.TrimEnd().Split('\n').TakeLast(15)));
        }
        finally
        {
            await ground.Mirror.MendAsync();
        }
    }

    protected static async Task<string> AskAsync(int port) =>
        await Http.GetStringAsync($"http://127.0.0.1:{port}/");

    /// <summary>A web server whose page shows its version, with a quick probe.</summary>
    protected string Web(string image, int port, string more = "") =>
        $"""
        services:
          - name: web
            image: {image}
            ports:
              - container: 80
                host: {port}
            healthcheck:
              http: {"{"}path: /, port: 80{"}"}
              interval: 1s
              timeout: 1s
              retries: 2
              start_period: 3s
        {more}
        """;
}
