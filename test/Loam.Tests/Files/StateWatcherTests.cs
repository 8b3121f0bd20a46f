using Loam.Drivers.Files;

namespace Loam.Tests.Files;

public sealed class StateWatcherTests : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly StateWatcher _watcher;
    private readonly IAsyncEnumerator<StateTouched> _signals;

    public StateWatcherTests()
    {
        Directory.CreateDirectory(State);
        _watcher = new(State, TimeProvider.System);
        _signals = _watcher.SignalsAsync(_stop.Token).GetAsyncEnumerator();
    }

    private string State => _scratch.Paths.StateDir;

    [Fact]
    public async Task The_first_signal_asks_to_look_at_everything() =>
        (await NextAsync()).ShouldContain("services.yaml");

    [Fact]
    public async Task A_file_saved_in_place_is_named()
    {
        await NextAsync();

        File.WriteAllText(Path.Combine(State, "services.yaml"), "a: 1\n");

        (await NextAsync()).ShouldBe(["services.yaml"]);
    }

    [Fact]
    public async Task A_file_saved_by_rename_is_named_and_the_temporary_one_is_not()
    {
        await NextAsync();
        var temporary = Path.Combine(State, "4913~");

        File.WriteAllText(temporary, "a: 1\n");
        File.Move(temporary, Path.Combine(State, "network.yaml"));

        (await NextAsync()).ShouldBe(["network.yaml"]);
    }

    [Fact]
    public async Task A_burst_of_edits_is_one_signal()
    {
        await NextAsync();

        for (var i = 0; i < 20; i++)
        {
            File.AppendAllText(Path.Combine(State, "services.yaml"), "# more\n");
        }
        File.Delete(Path.Combine(State, "services.yaml"));
        File.WriteAllText(Path.Combine(State, "storage.yaml"), "");

        (await NextAsync()).ShouldBe(["services.yaml", "storage.yaml"]);
    }

    [Fact]
    public async Task Other_files_say_nothing()
    {
        await NextAsync();

        File.WriteAllText(Path.Combine(State, "notes.txt"), "x");
        File.WriteAllText(Path.Combine(State, ".services.yaml.swp"), "x");
        File.WriteAllText(Path.Combine(State, "manifest.yaml"), "x");

        (await NextAsync()).ShouldBe(["manifest.yaml"]);
    }

    [Fact]
    public async Task A_directory_that_is_made_anew_is_watched_again()
    {
        await NextAsync();

        Directory.Delete(State, recursive: true);
        Directory.CreateDirectory(State);
        (await NextAsync()).Count.ShouldBe(7);

        File.WriteAllText(Path.Combine(State, "services.yaml"), "a: 1\n");
        while (!(await NextAsync()).Contains("services.yaml"))
        {
            // Signals of the directory's own coming and going may still arrive.
        }
    }

    [Fact]
    public async Task A_directory_put_in_place_by_a_rename_is_watched()
    {
        await NextAsync();
        Directory.CreateDirectory(_scratch["other"]);

        Directory.Move(State, _scratch["old"]);
        Directory.Move(_scratch["other"], State);
        (await NextAsync()).Count.ShouldBe(7);

        File.WriteAllText(Path.Combine(State, "services.yaml"), "a: 1\n");
        while (!(await NextAsync()).Contains("services.yaml"))
        {
            // As above.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _signals.DisposeAsync();
        _watcher.Dispose();
        _stop.Dispose();
        _scratch.Dispose();
    }

    private async Task<IReadOnlyCollection<string>> NextAsync()
    {
        (await _signals.MoveNextAsync()).ShouldBeTrue();
        return _signals.Current.Files;
    }
}
