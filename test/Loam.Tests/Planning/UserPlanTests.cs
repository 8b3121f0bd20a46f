using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Planning;

public sealed class UserPlanTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAMaAwMDAwMDAwMDAwMDAwMDAwMDAw"
        + "MDAwMDAwMDAwMD";

    private const string Anna = $$"""
        - {name: anna, groups: [sudo], ssh_keys: ["{{Key}} anna@laptop"]}
        """;

    private static readonly Access s_anna = new("10.0.1.50", 50_000, "10.0.0.1", 22, "eth0")
    {
        User = "anna",
    };

    private static readonly UserAccount s_root = new("root", 0)
    {
        Home = "/root", Shell = "/bin/bash",
    };

    [Fact]
    public void A_new_user_is_described()
    {
        var plan = Plan("[]", Anna, Machine());

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("create user anna");
        step.Verb.ShouldBe(Verb.Create);
        step.Notes[0].ShouldBe("number 1000, home /home/anna, shell /bin/bash, no password");
        step.Notes[1].ShouldBe("joins group sudo: it can become root");
        step.Notes[2].ShouldBe("may use sudo without a password: it has none to give");
        step.Notes[3].ShouldStartWith("may log in with ed25519 SHA256:");
        step.Notes[3].ShouldEndWith(" anna@laptop");
        plan.Risk.ShouldBe(Risk.High);
        plan.Restricted.ShouldBe(["security.yaml"]);
        plan.HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void A_plan_against_its_own_result_is_empty()
    {
        var made = Target(Plan("[]", Anna, Machine()));
        Plan(Anna, Anna, Machine(new ObservedUser(made, false, [])), heal: true)
            .IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Who_is_taken_out_is_locked_and_keeps_the_files()
    {
        var bert = Made("bert");
        var plan = Plan(Anna + "\n- {name: bert}", Anna,
            Machine(new ObservedUser(Made("anna"), false, []), new(bert, false, [])));

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("lock user bert and keep its files");
        var after = step.Actions.ShouldHaveSingleItem().User!.After!;
        after.ExpiresOn.ShouldBe(1);
        after.Keys.ShouldBeEmpty();
        after.Groups.ShouldBeEmpty();
        after.SudoRule.ShouldBeNull();
        after.Ownership.ShouldBe(Ownership.Created);
        step.Notes.ShouldContain("to delete it and its files for good: userdel -r bert");
        Plan(Anna, Anna, Machine(new ObservedUser(Made("anna"), false, []),
            new(after, false, [])), heal: true).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Who_was_unlocked_by_hand_is_locked_again_by_healing()
    {
        var open = Made("bert") with { Keys = [], Groups = [], Given = [], SudoRule = null };
        var plan = Plan(Anna, Anna, Machine(
            new ObservedUser(Made("anna"), false, []), new(open, false, [])), heal: true);
        plan.Steps.ShouldHaveSingleItem().Summary.ShouldBe("lock user bert and keep its files");
    }

    [Fact]
    public void An_absent_list_is_not_managed_and_an_empty_one_takes_what_is_Loams()
    {
        var other = s_root with { Name = "carl", Uid = 1200, Keys = [] };
        var seen = Machine(new ObservedUser(Made("anna"), false, []),
            new(s_root, false, [Key]), new(other, true, [Key]));

        Plan(Anna, null, seen).Steps.ShouldBeEmpty();
        Plan(null, "[]", seen).Steps.ShouldHaveSingleItem().Id.Name.ShouldBe("anna");
        Plan(null, "[]", seen).Restricted.ShouldBe(["security.yaml"]);
    }

    [Fact]
    public void Somebody_who_was_there_before_loses_only_what_Loam_gave()
    {
        var carl = new ObservedUser(s_root with
        {
            Name = "carl", Uid = 1200, Groups = ["adm"],
        }, true, [Key]);
        var adopting = Plan("[]", $$"""
            - {name: carl, groups: [adm, sudo], ssh_keys: ["{{Key}}"]}
            """, Machine(carl));
        var adopted = Target(adopting);
        adopted.Ownership.ShouldBe(Ownership.Adopted);
        adopted.Given.ShouldBe(["sudo"]);
        adopted.SudoRule.ShouldBeNull();
        adopting.Steps[0].Notes.ShouldContain(
            "one key that somebody wrote into /root/.ssh/authorized_keys stay");

        var leaving = Plan($$"""
            - {name: carl, groups: [adm, sudo], ssh_keys: ["{{Key}}"]}
            """, "[]", Machine(carl with { Account = adopted }, new(s_root, false, [Key])));

        Target(leaving).Canonical().ShouldBe(carl.Account.Canonical());
        leaving.Steps[0].Summary.ShouldBe("take from user carl what Loam gave it");
    }

    [Fact]
    public void The_last_way_in_is_not_given_up()
    {
        var plan = Plan(Anna, "[]", Machine(new ObservedUser(Made("anna"), false, [])));

        var finding = plan.Findings.Single(f => f.Code == Codes.LastWayIn);
        finding.IsError.ShouldBeTrue();
        finding.Message.ShouldContain("anna would be the last");
        Plan(Anna, "- {name: anna}", Machine(new ObservedUser(Made("anna"), false, [])))
            .HasErrors.ShouldBeTrue();
        Plan(Anna, "[]", Machine(new ObservedUser(Made("anna"), false, []),
            new(s_root, false, [Key]))).HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void Who_takes_away_their_own_way_in_is_on_trial()
    {
        var seen = Machine(
            new ObservedUser(Made("anna"), false, []), new(s_root, false, [Key]));
        var plan = Plan(Anna, "[]", seen, s_anna);

        plan.OnTrial.ShouldBeTrue();
        plan.Risk.ShouldBe(Risk.Critical);
        plan.Findings.ShouldContain(f => f.Code == Codes.LastWayIn && !f.IsError);
        Plan(Anna, Anna + "\n- {name: bert}", seen, s_anna).OnTrial.ShouldBeFalse();
        Plan(Anna, Anna.Replace("ssh_keys: [", $"ssh_keys: [\"{Key} other\", "), seen, s_anna)
            .OnTrial.ShouldBeFalse();
        Plan(Anna, Anna.Replace("laptop", "desk"), seen, s_anna).OnTrial.ShouldBeTrue();
    }

    [Theory]
    [InlineData("{name: daemon}", "daemon is an account of the system itself.")]
    [InlineData("{name: sudo}", "There is a group sudo already")]
    [InlineData("{name: bert, uid: 1001}", "The number 1001 of bert belongs to anna.")]
    [InlineData("{name: anna, uid: 1005}", "anna has the number 1001 and not 1005")]
    [InlineData("{name: bert, shell: /bin/zsh}", "none of this machine's login shells")]
    public void What_does_not_go_together_with_the_machine_is_refused(string user, string message)
    {
        var anna = new ObservedUser(Made("anna"), false, []);
        Plan(null, "- " + user, Machine(anna, new(s_root, false, [Key]))).Findings
            .ShouldContain(f => f.IsError && f.Message.Contains(message));
    }

    [Fact]
    public void Nobody_keeps_others_from_being_healed_by_what_is_in_their_home()
    {
        var bert = new ObservedUser(Made("bert") with { Keys = [] }, false, [])
        {
            Trouble = "/home/bert/.ssh is a symbolic link.",
        };
        var both = Anna + $$"""

            - {name: bert, groups: [sudo], ssh_keys: ["{{Key}} bert@x"]}
            """;
        var plan = Plan(both, both, Machine(bert, new(s_root, false, [Key])), heal: true);

        plan.HasErrors.ShouldBeFalse();
        plan.Steps.ShouldContain(s => s.Id.Name == "anna" && s.Verb == Verb.Create);
    }

    [Fact]
    public void Where_sudo_is_called_wheel_that_is_meant()
    {
        var seen = Machine() with { };
        seen = seen with
        {
            Accounts = seen.Accounts! with { Groups = ["root", "wheel"] },
        };
        Target(Plan("[]", Anna, seen)).Groups.ShouldBe(["wheel"]);
    }

    [Fact]
    public void A_group_that_is_absent_is_made_first()
    {
        var plan = Plan("[]", "- {name: anna, groups: [developers]}", Machine());
        plan.Steps.ShouldHaveSingleItem().Actions.Select(a => a.Kind)
            .ShouldBe([ActionKind.CreateGroup, ActionKind.SetUser]);
        plan.Steps[0].Notes.ShouldContain("joins group developers, which is made");
    }

    private static UserAccount Made(string name) => new(name, 1001)
    {
        Home = $"/home/{name}", Shell = "/bin/bash", Groups = ["sudo"], Given = ["sudo"],
        Keys = [$"{Key} {name}@laptop"],
        SudoRule = Target(Plan("[]", $"- {{name: {name}, groups: [sudo]}}", Machine())).SudoRule,
        Ownership = Ownership.Created,
    };

    private static UserAccount Target(Plan plan) =>
        plan.Steps.SelectMany(s => s.Actions).Select(a => a.User?.After).OfType<UserAccount>()
            .Single();

    private static ObservedState Machine(params ImmutableArray<ObservedUser> users) => new()
    {
        ObservedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        Accounts = new(users, ["daemon"], [0, 1, .. users.Select(u => u.Account.Uid)],
            ["root", "sudo", "adm"], ["/bin/sh", "/bin/bash"], true),
    };

    private static Plan Plan(string? before, string? after, ObservedState seen,
        Access? access = null, bool heal = false) => Planner.Plan(
            State(before), State(after), seen,
            new("11111111-2222-3333-4444-555555555555", "/v") { Access = access, Heal = heal });

    private static DesiredState State(string? users)
    {
        var spec = users is null ? "  secrets: []"
            : users == "[]" ? "  users: []"
            : "  users:\n" + string.Join('\n', users.Split('\n').Select(l => "    " + l));
        var reading = StateReader.Read(StateSet.Empty.With("security.yaml",
            $"apiVersion: loam/v1\nkind: SecurityConfig\nmetadata: {{name: x}}\nspec:\n{spec}\n"));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }
}
