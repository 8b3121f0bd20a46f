using System.Diagnostics;
using System.Text;
using Loam.Core.StateFiles;
using Loam.Drivers.History;
using Loam.Drivers.Secrets;
using Loam.Simulation.Host;
using Loam.Tests.Files;

namespace Loam.Tests.Secrets;

/// <summary>A search that finds nothing proves something only when it would have found.</summary>
public sealed class LeakSearchTests : IDisposable
{
    private const string Plaintext = "pä55 \"word\"/with?all&sorts";

    private readonly Scratch _scratch = new();

    [Fact]
    public void Nothing_is_found_where_nothing_is()
    {
        File.WriteAllText(_scratch["file"], "pä55 \"wor\" and other words");

        new LeakSearch(Plaintext).Files(_scratch.Root).Found.ShouldBeEmpty();
    }

    public static TheoryData<string, byte[]> Forms
    {
        get
        {
            var utf8 = Encoding.UTF8.GetBytes(Plaintext);
            var data = new TheoryData<string, byte[]>
            {
                { "plain", utf8 },
                { "UTF-16", Encoding.Unicode.GetBytes(Plaintext) },
                { "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)) },
                { "URL", Encoding.ASCII.GetBytes(Uri.EscapeDataString(Plaintext)) },
                { "JSON", Encoding.UTF8.GetBytes(Plaintext.Replace("\"", "\\\"")) },
            };
            for (var before = 0; before < 6; before++)
            {
                var text = new string('x', before) + Plaintext + "and more";
                data.Add("base64", Encoding.ASCII.GetBytes(
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_is_found_and_not_repeated(string form, byte[] content)
    {
        File.WriteAllBytes(_scratch["file"], [1, 2, 3, .. content, 4, 5]);

        var found = new LeakSearch(Plaintext).Files(_scratch.Root).Found;

        found.ShouldContain($"{_scratch["file"]} ({form})");
        found.ShouldAllBe(f => !f.Contains(Plaintext));
    }

    [Fact]
    public async Task Objects_of_git_are_looked_into_even_when_no_name_leads_to_them()
    {
        _scratch.Paths.Prepare();
        var history = await GitHistory.OpenAsync(_scratch.Paths, TimeProvider.System, default);
        await history.StoreAsync(
            1, StateSet.Empty.With("services.yaml", $"x: {Plaintext}\n"), "ada", "slip", default);
        await history.StoreAsync(1, StateSet.Empty, "ada", "better", default);
        var search = new LeakSearch(Plaintext);

        search.Files(_scratch.Paths.GitDir).Found.ShouldBeEmpty();
        search.GitObjects(_scratch.Paths.GitDir).Found.ShouldHaveSingleItem();
    }

    [Fact]
    public void Environment_and_arguments_of_a_process_are_looked_into()
    {
        var start = new ProcessStartInfo("sleep", ["60"]);
        start.Environment["SLIP"] = Plaintext;
        using var process = Process.Start(start)!;
        try
        {
            new LeakSearch(Plaintext).Processes("sleep").Found
                .ShouldContain($"/proc/{process.Id}/environ (plain)");
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task What_is_sealed_leaks_nothing_on_its_way_to_the_history()
    {
        _scratch.Paths.Prepare();
        var key = SecretKey.LoadOrCreate(_scratch.Paths.KeyFile, TimeProvider.System);
        var text = Loam.Drivers.Secrets.SecretText.Encrypt(Plaintext, key.Recipient);
        var history = await GitHistory.OpenAsync(_scratch.Paths, TimeProvider.System, default);

        await history.StoreAsync(1,
            StateSet.Empty.With("security.yaml", $"value: {text}\n"), "ada", "secret", default);
        await history.AdvanceAsync(1, default);

        new LeakSearch(Plaintext).Files(_scratch.Root).GitObjects(_scratch.Paths.GitDir)
            .Found.ShouldBeEmpty();
    }

    public void Dispose() => _scratch.Dispose();
}
