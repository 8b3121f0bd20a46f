using System.Collections.Immutable;
using System.Text;
using Loam.Bench.Models;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Asking;
using Loam.Mind.Gateway.Spending;
using Loam.Simulation.Running;
using Loam.Tests.StateFiles;

namespace Loam.Tests.Mind.Gateway;

public sealed class GatewayTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly VirtualTime _time = new(s_noon);
    private readonly Dictionary<string, Replay> _servers = new(StringComparer.Ordinal);
    private Budget? _budget;

    private static readonly LlmModel s_claude = new("anthropic", null, null, null, null, null);
    private static readonly LlmModel s_ollama = new("ollama", "llama3.2:3b", null, null, null, null);

    private Budget BudgetOf(long? daily)
    {
        var disk = new SimulatedDisk(new Random(1), 0);
        return _budget = new(
            SpendingLedger.Load(disk.Create(), disk.Create()), new(daily, null), _time);
    }

    private ModelGateway Gateway(LlmSettings settings, long? daily = null, ResponseCache? cache = null,
        Func<ModelRequest, ModelInfo, ModelRequest>? prepare = null)
    {
        var setup = ModelSetup.Of(settings, LlmEnvironment.None with { AnthropicKey = Servers.Key },
            _ => null, m => _servers[m.Provider], PriceTable.Own(), _time);
        return new(setup.Models, new(settings.CloudEnabled, BudgetOf(daily), cache,
            setup.Incomplete, (r, i, _) => ValueTask.FromResult(prepare?.Invoke(r, i) ?? r),
            () => 0.5), _time);
    }

    private List<ModelEvent> Ask(ModelGateway gateway, ModelRequest request)
    {
        List<ModelEvent>? all = null;
        _time.Run(async () => all = await Servers.AllAsync(
            gateway.AskAsync(request, CancellationToken.None)),
            () => false, TimeSpan.FromHours(2)).ShouldBeTrue();
        return all!;
    }

    private static Func<CancellationToken, Task<HttpResponseMessage>> Says(string name) =>
        Replay.Answer(Traffic.Of(name), Pace.Whole);

    private static Func<CancellationToken, Task<HttpResponseMessage>> Refused => _ =>
        throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");

    [Fact]
    public void An_answer_says_who_gave_it_and_what_it_cost()
    {
        _servers["anthropic"] = new(Says("anthropic.text"));
        var all = Ask(Gateway(new() { Models = [s_claude] }, 1_000_000), Servers.Question);
        var chosen = all[0].ShouldBeOfType<ModelChosen>();
        chosen.Info.ToString().ShouldBe("anthropic claude-sonnet-4-5");
        chosen.Info.Privacy.ShouldBe(PrivacyClass.Cloud);
        chosen.PassedOver.ShouldBeEmpty();
        all[^2].ShouldBe(new ModelCost((25 * 3) + (12 * 15), TimeSpan.Zero, false));
        all[^1].ShouldBe(new ModelEnd(EndReason.Complete));
        _budget!.Spent().Today.ShouldBe((25 * 3) + (12 * 15));
    }

    [Fact]
    public void Tries_again_before_the_first_word_only_and_not_before_the_provider_said()
    {
        _servers["anthropic"] = new(Says("anthropic.529"), Says("anthropic.429"),
            Says("anthropic.text"));
        var gateway = Gateway(new() { Models = [s_claude] }, 1_000_000);
        Ask(gateway, Servers.Question)[^1].ShouldBe(new ModelEnd(EndReason.Complete));
        // 0.5 of a second, then 17 seconds and half of two.
        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(0.5 + 17 + 0.05 + 1));
        _budget!.Spent().Today.ShouldBe(255);
        _servers["anthropic"].Asked.Count.ShouldBe(3);

        _servers["anthropic"] = new(Says("anthropic.broken"), Says("anthropic.text"));
        _servers["ollama"] = new(Says("ollama.text"));
        gateway = Gateway(new() { Models = [s_claude, s_ollama] }, 1_000_000);
        var seen = new List<ModelEvent>();
        var failure = Fails(gateway, Servers.Question, seen);
        failure.Fault.ShouldBe(ModelFault.Busy);
        seen.OfType<TextDelta>().ShouldBe([new TextDelta("Hel")]);
        _servers["anthropic"].Asked.Count.ShouldBe(1);
        // It may be billed, and nobody knows how much: the most it can be.
        _budget!.Spent().Today.ShouldBeGreaterThan(1000);
    }

    private ModelException Fails(
        ModelGateway gateway, ModelRequest request, List<ModelEvent>? seen = null)
    {
        ModelException? failure = null;
        _time.Run(async () =>
        {
            try
            {
                await foreach (var e in gateway.AskAsync(request, CancellationToken.None))
                {
                    seen?.Add(e);
                }
            }
            catch (ModelException e)
            {
                failure = e;
            }
        }, () => false, TimeSpan.FromHours(2)).ShouldBeTrue();
        return failure.ShouldNotBeNull();
    }

    [Fact]
    public void Who_says_nothing_for_long_is_not_asked_again()
    {
        _servers["anthropic"] = new(async cancel =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel);
            throw new InvalidOperationException();
        });
        _servers["ollama"] = new(Says("ollama.text"));
        var gateway = Gateway(new() { Models = [s_claude, s_ollama] }, 1_000_000);
        ((ModelChosen)Ask(gateway, Servers.Question)[0]).Info.Provider.ShouldBe("ollama");
        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(60));
        _servers["anthropic"].Asked.Count.ShouldBe(1);
        // Perhaps it worked on it.
        _budget!.Spent().Today.ShouldBeGreaterThan(1000);
    }

    /// <summary>Whoever asked goes away: what was reserved may have been spent.</summary>
    [Fact]
    public void Who_stops_listening_pays_and_harms_nobody()
    {
        _servers["anthropic"] = new(Says("anthropic.text"));
        var gateway = Gateway(new() { Models = [s_claude] }, 1_000_000);
        _time.Run(async () =>
        {
            await foreach (var happened in gateway.AskAsync(
                Servers.Question, CancellationToken.None))
            {
                if (happened is TextDelta)
                {
                    break;
                }
            }
        }, () => false, TimeSpan.FromHours(1)).ShouldBeTrue();
        _budget!.Spent().Today.ShouldBeGreaterThan(1000);
        Ask(gateway, Servers.Question)[^1].ShouldBe(new ModelEnd(EndReason.Complete));
    }

    [Fact]
    public void The_manifest_says_who_is_asked()
    {
        var reading = StateReader.Read(Examples.Spec(FileKinds.Of(ManifestFile.File)!, """
            llm:
              provider: anthropic
              max_tokens: 1000
              temperature: 0.5
              cloud_enabled: false
              budget: {daily: 0.5, monthly: 10}
              price: {input: 0.15, output: 2}
              privacy: {redact: false, approve_before_sending: always, local_only: [keys]}
              fallback: [{provider: ollama, model: m, base_url: "http://10.0.0.2:11434"}]
            """));
        string.Join('\n', reading.Findings.Select(d => d.Message)).ShouldBeEmpty();
        var llm = reading.State!.Settings.Llm;
        llm.Models.ShouldBe(
        [
            new("anthropic", null, null, null, null, new(150_000, 2_000_000)),
            new("ollama", "m", "http://10.0.0.2:11434", null, null, null),
        ]);
        llm.Models.Select(m => m.IsHere).ShouldBe([false, false]);
        (llm.MaxTokens, llm.Temperature, llm.CloudEnabled, llm.IsWritten)
            .ShouldBe((1000, 0.5m, false, true));
        llm.Budget.ShouldBe(new(500_000, 10_000_000));
        (llm.Privacy.Redact, llm.Privacy.Approve).ShouldBe((false, LlmApproval.Always));
        llm.Privacy.LocalOnly.ShouldBe(["keys"]);
        var none = StateReader.Read(Examples.Spec(
            FileKinds.Of(ManifestFile.File)!, "hostname: a")).State!.Settings.Llm;
        none.Models.ShouldBeEmpty();
        none.IsWritten.ShouldBeFalse();
        (none.MaxTokens, none.CloudEnabled, none.Privacy.Redact).ShouldBe((4096, true, true));
    }

    [Theory]
    [InlineData("anthropic.401", 1)]
    [InlineData("anthropic.400", 1)]
    [InlineData("anthropic.404", 1)]
    [InlineData("anthropic.500", 3)]
    public void Only_what_may_pass_is_tried_again_and_then_the_next_is_asked(string sort, int tries)
    {
        _servers["anthropic"] = new(Says(sort));
        _servers["ollama"] = new(Says("ollama.text"));
        var gateway = Gateway(new() { Models = [s_claude, s_ollama] }, 1_000_000);
        var chosen = (ModelChosen)Ask(gateway, Servers.Question)[0];
        chosen.Info.Provider.ShouldBe("ollama");
        chosen.Info.Privacy.ShouldBe(PrivacyClass.Local);
        chosen.PassedOver.Single().ShouldStartWith("anthropic claude-sonnet-4-5");
        _servers["anthropic"].Asked.Count.ShouldBe(tries);
        _budget!.Spent().Today.ShouldBe(0);
    }

    [Fact]
    public void What_may_not_leave_never_leaves()
    {
        _servers["ollama"] = new(Refused);
        _servers["anthropic"] = new(Says("anthropic.text"));
        foreach (var order in (ImmutableArray<LlmModel>[])
            [[s_ollama, s_claude], [s_claude, s_ollama], [s_claude]])
        {
            var gateway = Gateway(new() { Models = order });
            Fails(gateway, Servers.Question with { LocalOnly = true }).Fault.ShouldBe(
                order.Contains(s_ollama) ? ModelFault.Unavailable : ModelFault.Withheld);
            gateway = Gateway(new() { Models = order, CloudEnabled = false });
            Fails(gateway, Servers.Question).Fault.ShouldBe(
                order.Contains(s_ollama) ? ModelFault.Unavailable : ModelFault.Withheld);
            gateway.For(Servers.Question).All(i => i.Privacy == PrivacyClass.Local).ShouldBeTrue();
        }
        _servers["anthropic"].Asked.ShouldBeEmpty();
        // It may: then the cloud is a fallback of this machine.
        var open = Gateway(new() { Models = [s_ollama, s_claude] });
        ((ModelChosen)Ask(open, Servers.Question)[0]).Info.Provider.ShouldBe("anthropic");
    }

    [Fact]
    public void What_is_sent_is_what_was_prepared_for_that_model()
    {
        _servers["ollama"] = new(Refused);
        _servers["anthropic"] = new(Says("anthropic.text"));
        var gateway = Gateway(new() { Models = [s_ollama, s_claude] }, prepare: (request, info) =>
            info.Privacy == PrivacyClass.Local ? request
                : request with { Messages = [ModelMessage.User("<host>")] });
        Ask(gateway, Servers.Question);
        _servers["ollama"].Asked[0].Body.ShouldContain("Hello");
        _servers["anthropic"].Asked[0].Body.ShouldNotContain("Hello");
        _servers["anthropic"].Asked[0].Body.ShouldContain("<host>");
        gateway = Gateway(new() { Models = [s_claude] }, prepare: (_, _) =>
            throw new ModelException(ModelFault.Withheld, "Nobody agreed.", "Ask them."));
        Fails(gateway, Servers.Question).Message.ShouldBe("Nobody agreed.");
        _servers["anthropic"].Asked.Count.ShouldBe(1);
    }

    [Fact]
    public void Over_the_budget_this_machine_answers()
    {
        _servers["ollama"] = new(Says("ollama.text"));
        _servers["anthropic"] = new(Says("anthropic.text"));
        var gateway = Gateway(new() { Models = [s_claude, s_ollama] }, 5_300);
        var request = Servers.Question;
        ((ModelChosen)Ask(gateway, request)[0]).Info.Provider.ShouldBe("anthropic");
        var then = (ModelChosen)Ask(gateway, request with { MaxTokens = 200 })[0];
        then.Info.Provider.ShouldBe("ollama");
        then.PassedOver.Single().ShouldContain("could cost up to");
    }

    [Fact]
    public void What_is_free_is_asked_though_nothing_can_be_written_down()
    {
        _servers["ollama"] = new(Says("ollama.text"));
        _servers["anthropic"] = new(Says("anthropic.text"));
        var setup = ModelSetup.Of(new() { Models = [s_claude, s_ollama] },
            LlmEnvironment.None with { AnthropicKey = Servers.Key }, _ => null,
            m => _servers[m.Provider], PriceTable.Own(), _time);
        using var budget = new Budget(
            () => throw new IOException("No space left on device"), new(1000, null), _time);
        var chosen = (ModelChosen)Ask(new(setup.Models, new(true, budget, null, [],
            (r, _, _) => ValueTask.FromResult(r), () => 0.5), _time), Servers.Question)[0];
        chosen.Info.Provider.ShouldBe("ollama");
        chosen.PassedOver.Single().ShouldContain("cannot be written down");
        _servers["anthropic"].Asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_price_that_nobody_knows_is_refused_under_a_budget_alone()
    {
        _servers["openai"] = new(Says("openai.text"));
        var named = new LlmModel("openai", "m", "https://models.example/v1", null, null, null);
        var failure = Fails(Gateway(new() { Models = [named] }, 1_000_000), Servers.Question);
        failure.Fault.ShouldBe(ModelFault.OverBudget);
        failure.Advice.ShouldContain("price: {input: 3, output: 15}");
        Ask(Gateway(new() { Models = [named] }), Servers.Question)[^2]
            .ShouldBeOfType<ModelCost>().Cost.ShouldBeNull();
        Ask(Gateway(new() { Models = [named with { Price = new(1_000_000, 2_000_000) }] },
            1_000_000), Servers.Question)[^2].ShouldBeOfType<ModelCost>().Cost.ShouldBe(25 + 24);
    }

    [Fact]
    public void Who_fails_again_and_again_is_left_alone_for_a_while()
    {
        _servers["anthropic"] = new(Refused, Refused, Refused, Refused, Refused, Refused,
            Says("anthropic.text"));
        var gateway = Gateway(new() { Models = [s_claude] });
        Fails(gateway, Servers.Question);
        Fails(gateway, Servers.Question);
        _servers["anthropic"].Asked.Count.ShouldBe(5);
        var begun = _time.Elapsed;
        Fails(gateway, Servers.Question).Message.ShouldContain("left alone for 30 s");
        _time.Elapsed.ShouldBe(begun);
        Sleep(TimeSpan.FromSeconds(31));
        // One try, and again alone, for longer.
        Fails(gateway, Servers.Question);
        _servers["anthropic"].Asked.Count.ShouldBe(6);
        Sleep(TimeSpan.FromSeconds(31));
        Fails(gateway, Servers.Question).Message.ShouldContain("left alone");
        Sleep(TimeSpan.FromSeconds(31));
        Ask(gateway, Servers.Question);
        Ask(gateway, Servers.Question);
    }

    private void Sleep(TimeSpan time) =>
        _time.Run(() => Task.Delay(time, _time), () => false, TimeSpan.FromHours(1));

    [Fact]
    public void Connections_end_when_the_settings_are_others_and_nobody_asks_any_more()
    {
        (ModelGateway, ModelSetup) Made(Replay server, ModelGateway? former, string model)
        {
            var setup = ModelSetup.Of(new() { Models = [s_ollama with { Model = model }] },
                LlmEnvironment.None, _ => null, _ => server, PriceTable.Own(), _time);
            return (new(setup.Models, new(true, BudgetOf(null), null, [],
                (r, _, _) => ValueTask.FromResult(r), () => 0.5), _time, former), setup);
        }
        var (one, two) = (new Replay(Refused), new Replay(Says("ollama.text")));
        var (first, models) = Made(one, null, "m");
        var inUse = new GatewayInUse(first, models);
        var (here, there) = (inUse.Take(), inUse.Take());
        Fails(first, Servers.Question);
        Fails(first, Servers.Question);
        inUse.Retire();
        here.Dispose();
        here.Dispose();
        one.IsEnded.ShouldBeFalse();
        // What was learnt of an endpoint outlives a change of something else.
        Fails(Made(two, first, "m").Item1, Servers.Question).Message.ShouldContain("left alone");
        Ask(Made(two, first, "another").Item1, Servers.Question);
        there.Dispose();
        one.IsEnded.ShouldBeTrue();
        var unused = new Replay(Refused);
        var (next, others) = Made(unused, null, "m");
        new GatewayInUse(next, others).Retire();
        unused.IsEnded.ShouldBeTrue();
    }

    [Fact]
    public void Two_of_one_name_at_two_places_are_two()
    {
        var far = s_ollama with { BaseUrl = "http://gpu.example:11434" };
        var servers = new Dictionary<string, Replay>
        {
            ["127.0.0.1"] = new(Refused), ["gpu.example"] = new(Says("ollama.text")),
        };
        var cache = new ResponseCache(_time, TimeSpan.FromMinutes(10));
        ModelGateway Of(params LlmModel[] named)
        {
            var setup = ModelSetup.Of(new() { Models = [.. named] }, LlmEnvironment.None, _ => null,
                m => servers[m.Endpoint!.Host], PriceTable.Own(), _time);
            return new(setup.Models, new(true, BudgetOf(null), cache, [],
                (r, _, _) => ValueTask.FromResult(r), () => 0.5), _time);
        }
        var gateway = Of(s_ollama, far, far);
        var request = Servers.Question with { Among = gateway.For(Servers.Question) };
        Ask(gateway, request);
        servers.Values.Select(s => s.Asked.Count).ShouldBe([3, 1]);
        // Nor does one say what the other said.
        var away = Of(far);
        away.Keep(Servers.Question, away.Models.Single(), "kept");
        var again = Servers.Question with { MayRecall = true };
        Ask(away, again)[1].ShouldBe(new TextDelta("kept"));
        Ask(Of(far with { BaseUrl = "http://gpu.example:8080" }), again)[1]
            .ShouldNotBe(new TextDelta("kept"));
    }

    [Fact]
    public void What_was_kept_is_said_again_to_the_very_same_request()
    {
        _servers["anthropic"] = new(Says("anthropic.text"));
        var cache = new ResponseCache(_time, TimeSpan.FromMinutes(10));
        var gateway = Gateway(new() { Models = [s_claude] }, cache: cache);
        var read = Servers.Question with { MayRecall = true };
        Ask(gateway, Servers.Question);
        Ask(gateway, Servers.Question);
        Ask(gateway, read);
        gateway.Keep(read, gateway.Models.First(), "Hello, wörld 🌍.\nBye.");
        var kept = Ask(gateway, read);
        _servers["anthropic"].Asked.Count.ShouldBe(3);
        kept[1].ShouldBe(new TextDelta("Hello, wörld 🌍.\nBye."));
        kept[2].ShouldBe(new ModelCost(0, TimeSpan.Zero, true));
        foreach (var other in new[]
        {
            read with { MaxTokens = 101 }, read with { System = "Be brief" },
            read with { Temperature = 0 },
            read with { Tools = Servers.WithTools.Tools },
            read with { Messages = [.. read.Messages, ModelMessage.Assistant("")] },
        })
        {
            var before = _servers["anthropic"].Asked.Count;
            Ask(gateway, other);
            _servers["anthropic"].Asked.Count.ShouldBe(before + 1);
        }
        var asked = _servers["anthropic"].Asked.Count;
        Sleep(TimeSpan.FromMinutes(11));
        Ask(gateway, read);
        _servers["anthropic"].Asked.Count.ShouldBe(asked + 1);
        Fails(gateway, read with { LocalOnly = true }).Fault.ShouldBe(ModelFault.Withheld);
    }

    [Theory]
    [InlineData("openai", null, "env")]
    [InlineData("openai", "https://api.openai.com/v1", "env")]
    [InlineData("openai", "https://eu.api.openai.com/v1", "env")]
    [InlineData("openai", "https://openrouter.ai/api/v1", "own")]
    [InlineData("openai", "https://api.openai.com.example/v1", "own")]
    [InlineData("openai", "https://notapi.openai.com/v1", "own")]
    [InlineData("anthropic", "https://api.anthropic.com", "env")]
    [InlineData("anthropic", "https://proxy.example", "own")]
    public void A_key_of_the_environment_goes_to_its_provider_alone(
        string provider, string? url, string key)
    {
        _servers[provider] = new(Says($"{provider}.text"));
        var environment = LlmEnvironment.None with { AnthropicKey = "env", OpenAiKey = "env" };
        var named = new LlmModel(provider, "m", url, "or_key", null, null);
        var setup = ModelSetup.Of(new() { Models = [named] }, environment, _ => "own",
            m => _servers[m.Provider], PriceTable.Own(), _time);
        Ask(new ModelGateway(setup.Models, new(true, BudgetOf(null), null, [],
            (r, _, _) => ValueTask.FromResult(r), () => 0), _time), Servers.Question);
        var sent = _servers[provider].Asked.Single().Head.Headers
            .Single(h => h.Key is "Authorization" or "x-api-key").Value.Single();
        sent.ShouldEndWith(key);
        // Without a secret no key goes, rather than another's.
        environment.KeyOf(named with { ApiKeySecret = null })
            .ShouldBe(key == "env" ? "env" : null);
    }

    [Theory]
    [InlineData("openai", null, null, null, "names no model")]
    [InlineData("ollama", null, null, null, "names no model")]
    [InlineData("local", null, null, null, "names no file")]
    [InlineData("anthropic", null, null, null, "has no key")]
    [InlineData("openai", "m", null, "gone", "The secret gone")]
    [InlineData("openai", "m", "http://models.example/v1", "key", "unencrypted")]
    [InlineData("openai", "m", "ftp://models.example/v1", null, "neither http nor https")]
    [InlineData("openai", "m", null, "bad", "a blank")]
    public void What_is_not_complete_is_said(
        string provider, string? model, string? url, string? secret, string says)
    {
        var setup = ModelSetup.Of(
            new() { Models = [new(provider, model, url, secret, null, null)] },
            LlmEnvironment.None,
            name => name switch { "key" => "sk-1\n", "bad" => "a b", _ => null },
            _ => throw new InvalidOperationException(), PriceTable.Own(), _time);
        setup.Models.ShouldBeEmpty();
        setup.Incomplete.Single().ShouldContain(says);
        Fails(new ModelGateway([], new(true, BudgetOf(null), null, setup.Incomplete,
            (r, _, _) => ValueTask.FromResult(r), () => 0), _time), Servers.Question).Message
            .ShouldContain(says);
    }

    [Theory]
    [InlineData("anthropic", null, "https://api.anthropic.com/v1/messages", false)]
    [InlineData("anthropic", "http://127.0.0.1:9/v1/", "http://127.0.0.1:9/v1/messages", false)]
    [InlineData("openai", null, "https://api.openai.com/v1/chat/completions", false)]
    [InlineData("openai", "http://localhost:8080", "http://localhost:8080/v1/chat/completions",
        true)]
    [InlineData("openai", "https://openrouter.ai/api/v1",
        "https://openrouter.ai/api/v1/chat/completions", false)]
    [InlineData("openai", "http://192.168.1.5:8000/v1/chat/completions",
        "http://192.168.1.5:8000/v1/chat/completions", false)]
    [InlineData("ollama", null, "http://127.0.0.1:11434/v1/chat/completions", true)]
    [InlineData("ollama", "http://[::1]:11434/", "http://[::1]:11434/v1/chat/completions", true)]
    [InlineData("ollama", "http://gpu.example:11434", "http://gpu.example:11434/v1/chat/completions",
        false)]
    [InlineData("local", null, "http://localhost/v1/chat/completions", true)]
    public void Endpoints_are_found_and_classed(
        string provider, string? given, string url, bool isHere)
    {
        var named = new LlmModel(provider, "m", given, null, "/m.gguf", null);
        ModelSetup.UrlOf(named, provider == "anthropic").ToString().ShouldBe(url);
        named.IsHere.ShouldBe(isHere);
    }

    [Theory]
    [InlineData("ollama", "gpt-oss:120b-cloud", false)]
    [InlineData("ollama", "glm-4.6:cloud", false)]
    [InlineData("ollama", "GPT-OSS:20b-Cloud", false)]
    [InlineData("openai", "gpt-oss:120b-cloud", false)]
    [InlineData("ollama", "cloudy:7b", true)]
    [InlineData("local", "nimbus-cloud", true)]
    public void What_Ollama_sends_on_leaves_the_machine(string provider, string model, bool isHere)
    {
        var named = new LlmModel(provider, model, provider == "openai"
            ? "http://127.0.0.1:11434/v1" : null, null, "/m.gguf", null);
        named.IsHere.ShouldBe(isHere);
        var setup = ModelSetup.Of(new() { Models = [named] }, LlmEnvironment.None, _ => null,
            _ => new Replay(), PriceTable.Own(), _time);
        var info = setup.Models.Single().Info;
        info.Privacy.ShouldBe(isHere ? PrivacyClass.Local : PrivacyClass.Cloud);
        // Nor is it free because it is asked through this machine.
        info.Price.ShouldBe(isHere ? ModelPrice.Free : null);
    }

    [Fact]
    public void The_environment_goes_before_the_manifest()
    {
        var variables = new Dictionary<string, string>
        {
            ["ANTHROPIC_API_KEY"] = "k1", ["OPENAI_API_KEY"] = " ", ["OLLAMA_URL"] = "box:1234",
            ["LOAM_LOCAL_MODEL"] = "/m.gguf",
        };
        var environment = LlmEnvironment.Of(variables.GetValueOrDefault);
        environment.ShouldBe(new("k1", null, new("http://box:1234"), "/m.gguf"));
        environment.Over(new()).Models.Select(m => m.Provider).ShouldBe(["local", "anthropic"]);
        environment.Over(new() { IsWritten = true }).Models.ShouldBeEmpty();
        var local = new LlmModel("local", null, null, null, "/other.gguf", null);
        environment.Over(new() { Models = [s_ollama, local], IsWritten = true }).Models
            .ShouldBe([s_ollama with { BaseUrl = "http://box:1234/" },
                local with { ModelPath = "/m.gguf" }]);
    }
}
