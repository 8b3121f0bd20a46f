using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.StateFiles;
using Loam.MindHost;
using Loam.MindHost.Storing;
using Loam.Tests.Files;
using Loam.Tests.Mind;

namespace Loam.Tests.MindHost;

public sealed class SessionTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StoreBounds s_small = new(5, 3, 4000);

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_was_said_outlives_the_process_and_nobody_reaches_anothers()
    {
        using (var store = Open())
        {
            store.Add("uid 1", "a", Turn("add redis") with
            {
                Cost = 12, Proposal = "m1", Digest = "services.yaml 00",
            });
            store.Add("uid 1", "a", Turn("with 512 MB"));
            store.Add("uid 2", "a", Turn("something 'else'; DROP TABLE turns --\0ä"));
            store.Why.ShouldBeNull();
        }
        using var again = Open();
        again.Turns("uid 1", "a").Select(t => t.Asked).ShouldBe(["add redis", "with 512 MB"]);
        again.Turns("uid 1", "a")[0].ShouldBe(Turn("add redis") with
        {
            Cost = 12, Proposal = "m1", Digest = "services.yaml 00",
        });
        again.Turns("uid 2", "a").ShouldHaveSingleItem().Asked.ShouldEndWith("--\0ä");
        again.Turns("uid 3", "a").ShouldBeEmpty();
        again.List("uid 1").ShouldHaveSingleItem().ShouldBe(
            new("a", s_now, s_now, 2, "add redis"));
        again.Forget("uid 3", "a").ShouldBeFalse();
        again.Forget("uid 1", "a").ShouldBeTrue();
        again.Turns("uid 1", "a").ShouldBeEmpty();
        again.List("uid 2").Count.ShouldBe(1);
    }

    [Fact]
    public void What_somebody_prefers_is_theirs_and_bounded()
    {
        using (var store = Open())
        {
            store.Prefer("uid 1", "Alpine images").ShouldBeTrue();
            store.Prefer("uid 1", "Alpine images").ShouldBeFalse();
            store.Prefer("uid 1", "postgres, not mysql").ShouldBeTrue();
        }
        using var again = Open();
        again.Preferences("uid 1").ShouldBe(["Alpine images", "postgres, not mysql"]);
        again.Preferences("uid 2").ShouldBeEmpty();
        again.Unprefer("uid 2", 1).ShouldBeFalse();
        again.Unprefer("uid 1", 3).ShouldBeFalse();
        again.Unprefer("uid 1", 1).ShouldBeTrue();
        again.Preferences("uid 1").ShouldBe(["postgres, not mysql"]);
        for (var n = 1; n < Limits.Preferences; n++)
        {
            again.Prefer("uid 1", $"number {n}").ShouldBeTrue();
        }
        again.Prefer("uid 1", "one more").ShouldBeFalse();
    }

    [Fact]
    public void What_is_forgotten_is_not_in_the_file()
    {
        using (var store = Open())
        {
            store.Add("uid 1", "a", Turn("the password is rosebud"));
            File.ReadAllText(DatabaseFile).ShouldContain("rosebud");
            store.Forget("uid 1", "a");
        }
        File.ReadAllText(DatabaseFile).ShouldNotContain("rosebud");
        Directory.GetFiles(_scratch.Root).Select(Path.GetFileName).ShouldBe(
            [SessionStore.File, SessionStore.File + "-journal"], ignoreOrder: true);
        new FileInfo(DatabaseFile + "-journal").Length.ShouldBe(0);
    }

    [Fact]
    public void Turns_sessions_and_all_together_are_bounded_and_the_oldest_go()
    {
        using var store = Open(s_small);
        for (var i = 0; i < 12; i++)
        {
            store.Add("uid 1", "a", Turn($"turn {i}", i));
        }
        store.Turns("uid 1", "a").Select(t => t.Asked).ShouldBe(
            ["turn 7", "turn 8", "turn 9", "turn 10", "turn 11"]);
        foreach (var name in (string[])["b", "c", "d"])
        {
            store.Add("uid 1", name, Turn(name, 20));
        }
        store.List("uid 1").Select(s => s.Name).ShouldBe(["d", "c", "b"]);
        store.Add("uid 2", "mine", Turn("small", 5));
        for (var i = 0; i < 20; i++)
        {
            store.Add("uid 3", $"s{i % 3}", Turn(new string('x', 1500), 30 + i));
        }
        // Whoever has most gives way, and the one that is spoken in stays.
        store.List("uid 2").ShouldHaveSingleItem();
        store.List("uid 1").Count.ShouldBe(3);
        store.List("uid 3")[0].Last.ShouldBe(s_now.AddMinutes(49));
        store.Why.ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4096)]
    public void A_damaged_file_is_set_aside_and_it_is_said_once(int at)
    {
        using (var store = Open())
        {
            for (var i = 0; i < 30; i++)
            {
                store.Add("uid 1", "a", Turn(new string('y', 900)));
            }
        }
        using (var file = File.OpenWrite(DatabaseFile))
        {
            file.Seek(at, SeekOrigin.Begin);
            file.Write(Enumerable.Repeat((byte)0x5a, 3000).ToArray());
        }
        using var again = Open();
        again.Add("uid 1", "b", Turn("new"));
        again.Why.ShouldBeNull();
        again.TakeNews().ShouldNotBeNull().ShouldContain("sessions.db.damaged");
        again.TakeNews().ShouldBeNull();
        again.Turns("uid 1", "b").Count.ShouldBe(1);
        File.Exists(DatabaseFile + ".damaged").ShouldBeTrue();
    }

    [Fact]
    public void Where_it_cannot_be_kept_it_is_said_and_goes_on_and_is_kept_when_it_can_be()
    {
        Directory.CreateDirectory(DatabaseFile);
        using var store = Open();
        store.Add("uid 1", "a", Turn("x"));
        store.Why.ShouldNotBeNull();
        store.Turns("uid 1", "a").ShouldBeEmpty();
        Directory.Delete(DatabaseFile);
        store.Add("uid 1", "a", Turn("y"));
        store.Why.ShouldBeNull();
        store.Turns("uid 1", "a").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_full_file_is_said_and_what_was_there_stays()
    {
        using var store = Open(new(1000, 100, 1));
        var room = new string('z', 16_000);
        for (var i = 0; i < 200 && store.Why is null; i++)
        {
            store.Add("uid 1", "a", Turn(room));
        }
        store.Why.ShouldBe("there is no room for it");
        store.Turns("uid 1", "a").ShouldNotBeEmpty();
        store.Forget("uid 1", "a").ShouldBeTrue();
        store.Add("uid 1", "a", Turn("again"));
        store.Why.ShouldBeNull();
    }

    [Fact]
    public void It_means_the_same_after_a_restart_and_when_the_state_moved_on()
    {
        using var store = Open();
        var sessions = new Sessions(store);
        var first = Say(sessions, store, "add redis", StateSet.Empty, 0);
        first.Files["services.yaml"].ShouldContain("redis");
        // The process is another, the state the same: the proposal stands.
        sessions = new(store);
        var second = Say(sessions, store, "give it 512 MB", StateSet.Empty, 0);
        second.Files["services.yaml"].ShouldContain("512Mi");
        // It was applied: "it" is redis still, and nothing of it is proposed again.
        var applied = second.Files.Aggregate(
            StateSet.Empty, (all, f) => all.With(f.Key, f.Value));
        var third = Say(sessions, store, "give it 256 MB", applied, 1);
        third.Files["services.yaml"].ShouldBe(
            applied["services.yaml"]!.Replace("512Mi", "256Mi", StringComparison.Ordinal));
        sessions = new(store);
        Say(sessions, store, "what is it?", applied, 1).Message.ShouldContain("redis");
        sessions.Of("uid 1", "a", View(applied, 1), s_now).Turns.Length.ShouldBe(8);
    }

    [Fact]
    public void A_restart_that_was_done_is_not_proposed_again()
    {
        using var store = Open();
        var state = StateSet.Empty.With("services.yaml", "apiVersion: loam/v1\n"
            + "kind: ServiceManifest\nspec:\n  services:\n    - name: web\n"
            + "      image: nginx:1.27\n");
        var done = Say(new(store), store, "restart web", state, 1);
        var now = state.With("services.yaml", done.Files["services.yaml"]);
        Say(new(store), store, "give it 64 MB", now, 2, 5).Files["services.yaml"].ShouldBe(
            Say(new(store), store, "give web 64 MB", now, 2, 6, "other").Files["services.yaml"]);
    }

    [Fact]
    public void What_nobody_approved_is_proposed_anew_when_something_else_was_for_an_hour()
    {
        using var store = Open();
        Say(new(store), store, "add redis", StateSet.Empty, 0);
        var other = StateSet.Empty.With("services.yaml", "apiVersion: loam/v1\n"
            + "kind: ServiceManifest\nspec:\n  services:\n    - name: web\n"
            + "      image: nginx:1.27\n");
        var soon = new Sessions(store).Of("uid 1", "a", View(other, 1), s_now.AddMinutes(5))
            .Conversation.Say("with 512 MB");
        soon.Files["services.yaml"].ShouldContain("512Mi");
        soon.Files["services.yaml"].ShouldContain("nginx");
        new Sessions(store).Of("uid 1", "a", View(other, 1), s_now.AddHours(2))
            .Conversation.Say("which services are there?").Files.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_client_answered_before_is_heard_and_what_was_applied_is_over()
    {
        var state = StateSet.Empty.With("services.yaml", "apiVersion: loam/v1\n"
            + "kind: ServiceManifest\nspec:\n  services:\n    - name: web\n"
            + "      image: nginx:1.27\n");
        var session = new OpenSession(1, new(state, s_now));
        session.Hear(["restart web", "give it 64 MB"], 1);
        var made = session.Reflex("and half a core").Files["services.yaml"];
        made.ShouldContain("64Mi");
        made.ShouldContain("cpu");
        made.ShouldNotContain("restarted_at");
        session.Turns.Length.ShouldBe(2);
        session.Hear(["once more"], 0);
        session.Turns.Length.ShouldBe(2);
    }

    [Fact]
    public void Sessions_of_one_name_and_two_persons_are_two()
    {
        using var store = Open();
        var sessions = new Sessions(store);
        var view = View(StateSet.Empty, 0);
        var one = sessions.Of("uid 1", "a", view, s_now);
        sessions.Of("uid 2", "a", view, s_now).ShouldNotBe(one);
        sessions.Of("uid 1", "a", view, s_now).ShouldBe(one);
        sessions.Forget("uid 2", "a").ShouldBeTrue();
        sessions.Of("uid 1", "a", view, s_now).ShouldBe(one);
        sessions.Of("uid 1", null, view, s_now).ShouldNotBe(
            sessions.Of("uid 1", null, view, s_now));
        for (var i = 0; i < 2 * Limits.MindSessions; i++)
        {
            sessions.Of("uid 3", $"s{i}", view, s_now);
        }
        sessions.Of("uid 1", "a", view, s_now).ShouldNotBe(one);
    }

    private string DatabaseFile => _scratch[SessionStore.File];

    private SessionStore Open(StoreBounds? bounds = null) =>
        new(_scratch.Root, bounds ?? SessionStore.Usual);

    private static Loam.Mind.Interpreter.Proposal Say(Sessions sessions, SessionStore store,
        string words, StateSet state, int generation, int minutes = 0, string name = "a")
    {
        var now = s_now.AddMinutes(minutes);
        var session = sessions.Of("uid 1", name, View(state, generation), now);
        var made = session.Reflex(words);
        session.Answered("the interpreter");
        session.Add(new(true, words));
        session.Add(new(false, made.Message));
        store.Add("uid 1", name, new(now, words, "plan", made.Message, "the interpreter", generation)
        {
            Digest = Sessions.DigestOf(made.Files),
        });
        return made;
    }

    private static MachineView View(StateSet state, int generation) =>
        Views.Of(state) with { Generation = generation };

    private static KeptTurn Turn(string asked, int minutes = 0) =>
        new(s_now.AddMinutes(minutes), asked, "text", "", "the interpreter", 0);
}
