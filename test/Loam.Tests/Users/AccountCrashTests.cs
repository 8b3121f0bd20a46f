using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Users;
using Loam.Tests.Conformance;

namespace Loam.Tests.Users;

/// <summary>A death after each file that is written, and what the next start makes of it.</summary>
[NeedsRoot]
public sealed class AccountCrashTests
{
    private static readonly UserAccount s_wanted = new("anna", 1001)
    {
        Home = "/home/anna", Shell = "/bin/sh", Groups = ["sudo"], Given = ["sudo"],
        Keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnna anna@laptop"],
        Ownership = Ownership.Created,
    };

    [NeedingFact]
    public async Task What_was_begun_is_finished() =>
        (await ForEachDeathAsync(machine => machine.SetAsync(null, s_wanted), async machine =>
        {
            await machine.SetAsync(null, s_wanted);
            machine.Everything().ShouldBe(await MadeAsync());
        })).ShouldBe(8);

    [NeedingFact]
    public async Task What_was_begun_is_taken_back() =>
        (await ForEachDeathAsync(machine => machine.SetAsync(null, s_wanted), async machine =>
        {
            await machine.SetAsync(s_wanted, null);
            machine.Everything().ShouldBe(machine.Before);
        })).ShouldBe(8);

    [NeedingFact]
    public async Task Taking_back_goes_on() =>
        (await ForEachDeathAsync(async machine =>
        {
            using (machine.Immortal())
            {
                await machine.SetAsync(null, s_wanted);
            }
            await machine.SetAsync(s_wanted, null);
        }, async machine =>
        {
            machine.Line("shadow", "anna").ShouldBeOneOf([null, "*"]);
            await machine.SetAsync(s_wanted, null);
            machine.Everything().ShouldBe(machine.Before);
        })).ShouldBe(6);

    [NeedingFact]
    public async Task Who_is_locked_expires_first_and_who_is_opened_does_so_last()
    {
        var locked = s_wanted with { Groups = [], Given = [], Keys = [], ExpiresOn = 1 };
        var first = true;
        await ForEachDeathAsync(async machine =>
        {
            using (machine.Immortal())
            {
                await machine.SetAsync(null, s_wanted);
            }
            await machine.SetAsync(s_wanted, locked);
        }, machine =>
        {
            machine.Line("shadow", "anna", 7).ShouldBe(first ? "" : "1");
            first = false;
            return Task.CompletedTask;
        });
        await ForEachDeathAsync(async machine =>
        {
            using (machine.Immortal())
            {
                await machine.SetAsync(null, s_wanted);
                await machine.SetAsync(s_wanted, locked);
            }
            await machine.SetAsync(locked, s_wanted);
        }, machine =>
        {
            (machine.Line("shadow", "anna", 7) == "").ShouldBe(
                machine.Written == "shadow", machine.Written);
            return Task.CompletedTask;
        });
    }

    [NeedingFact]
    public async Task No_half_of_a_new_account_lets_anybody_in() =>
        (await ForEachDeathAsync(machine =>
        {
            machine.Append("shadow", "anna:$y$j9T$old:19000:0:99999:7:::\n");
            machine.Append("gshadow", "anna:$y$j9T$old:eve:eve\n");
            machine.Append("group", "wheel:x:28:anna\n");
            machine.Append("gshadow", "wheel:*:anna:anna\n");
            return machine.SetAsync(null, s_wanted);
        }, machine =>
        {
            if (machine.Line("passwd", "anna") is not null)
            {
                machine.Line("shadow", "anna").ShouldBeOneOf([null, "*"]);
                machine.Line("gshadow", "anna").ShouldBeOneOf([null, "!"]);
                machine.Line("group", "wheel", 3).ShouldBe("");
                machine.Line("gshadow", "wheel", 2).ShouldBe("");
                machine.Line("gshadow", "wheel", 3).ShouldBe("");
            }
            return Task.CompletedTask;
        })).ShouldBeGreaterThan(10);

    private static async Task<string> MadeAsync()
    {
        using var machine = new Machine(int.MaxValue);
        await machine.SetAsync(null, s_wanted);
        return machine.Everything();
    }

    /// <param name="after">At the next start.</param>
    /// <returns>How many deaths there were.</returns>
    private static async Task<int> ForEachDeathAsync(
        Func<Machine, Task> work, Func<Machine, Task> after)
    {
        for (var writes = 0; ; writes++)
        {
            using var machine = new Machine(writes);
            try
            {
                await work(machine);
                return writes;
            }
            catch (DeathException)
            {
                machine.Immortal();
                await machine.ObserveAsync();
                await after(machine);
            }
        }
    }

    private sealed class DeathException : Exception;

    /// <param name="life">How many files are written before it dies.</param>
    private sealed class Machine : IDisposable
    {
        private readonly PeopledRoot _root = new();
        private readonly UserLedger _ledger = new(null);
        private int _life;

        public Machine(int life)
        {
            _life = life;
            _root.Fill();
            File.WriteAllText(_root["etc/subuid"], "");
            File.WriteAllText(_root["etc/subgid"], "");
            File.WriteAllText(_root["etc/skel/.profile"], "# as it comes\n");
            Before = _root.Everything();
        }

        public string Before { get; }

        /// <summary>The file that was written last; "": none.</summary>
        public string Written { get; private set; } = "";

        public void Dispose() => _root.Dispose();

        public string Everything() => _root.Everything();

        /// <summary>Until what is returned is disposed of, nothing dies.</summary>
        public IDisposable Immortal()
        {
            var life = _life;
            _life = int.MaxValue;
            return new Mortal(() => (_life, Written) = (life, ""));
        }

        public void Append(string file, string text) =>
            File.AppendAllText(_root["etc/" + file], text);

        public string? Line(string file, string name, int field = 1) =>
            File.ReadLines(_root["etc/" + file]).Select(l => l.Split(':'))
                .SingleOrDefault(f => f[0] == name)?[field];

        public Task SetAsync(UserAccount? before, UserAccount? after) => Driver().ApplyAsync(
            new(ActionKind.SetUser, "anna") { User = new(before, after) }, (_, _, _) => { },
            default);

        public Task ObserveAsync() => Driver().ObserveAsync(new() { ObservedAt = default }, default);

        private UserDriver Driver() => new(new LinuxAccounts(_root.Path,
            () => new AccountFiles(_root.Path, AccountLock.Patience, Write)), _ledger);

        private void Write(string path, byte[] text)
        {
            if (_life-- <= 0)
            {
                throw new DeathException();
            }
            AtomicFile.Write(path, text, 0);
            Written = Path.GetFileName(path);
        }

        private sealed class Mortal(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
