using System.Net;
using Loam.Core.Logins;
using Loam.Drivers.Logins;

namespace Loam.Tests.Bans;

/// <summary>Lines as OpenSSH, sudo and apps write them, and lines by people who wish to be taken
/// for somebody else.</summary>
public sealed class LoginLinesTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly HostLogins _logins = new();
    private int _process = 100;

    [Theory]
    [InlineData("Failed password for root from 203.0.113.9 port 53122 ssh2", "root",
        "203.0.113.9")]
    [InlineData("Failed password for invalid user oracle from 203.0.113.9 port 1 ssh2", "oracle",
        "203.0.113.9")]
    [InlineData("Failed publickey for anna from 2001:db8::7 port 1 ssh2: ED25519 SHA256:AbC/+x",
        "anna", "2001:db8::7")]
    [InlineData("Failed keyboard-interactive/pam for anna from 198.51.100.4 port 2 ssh2", "anna",
        "198.51.100.4")]
    [InlineData("Connection closed by authenticating user root 203.0.113.9 port 5 [preauth]",
        "root", "203.0.113.9")]
    [InlineData("Connection reset by invalid user admin 203.0.113.9 port 5 [preauth]", "admin",
        "203.0.113.9")]
    [InlineData("Disconnecting authenticating user root 203.0.113.9 port 5: Too many "
        + "authentication failures [preauth]", "root", "203.0.113.9")]
    [InlineData("Failed password for invalid user x from 8.8.8.8 port 1 from 203.0.113.9 port 2 "
        + "ssh2", "x from 8.8.8.8 port 1", "203.0.113.9")]
    [InlineData("Connection closed by invalid user x 8.8.8.8 port 22: [preauth] 203.0.113.9 port "
        + "5 [preauth]", "x 8.8.8.8 port 22: [preauth]", "203.0.113.9")]
    public void A_failure_is_the_one_who_connected(string text, string user, string address)
    {
        var what = Read("sshd", text).ShouldNotBeNull();
        what.Kind.ShouldBe(LoginKind.Failed);
        what.User.ShouldBe(user);
        what.Address.ShouldBe(IPAddress.Parse(address));
    }

    [Theory]
    [InlineData("sshd", "Connection closed by 203.0.113.9 port 5 [preauth]")]
    [InlineData("sshd", "Received disconnect from 203.0.113.9 port 5:11: Bye Bye [preauth]")]
    [InlineData("sshd", "Invalid user oracle from 203.0.113.9 port 1")]
    [InlineData("sshd", "Failed none for anna from 203.0.113.9 port 1 ssh2")]
    [InlineData("sshd", "Failed password for root from nowhere port 1 ssh2")]
    [InlineData("cron", "Failed password for root from 203.0.113.9 port 1 ssh2")]
    [InlineData("sshd", "note: Failed password for root from 203.0.113.9 port 1 ssh2")]
    public void Other_lines_say_nothing(string program, string text) =>
        Read(program, text).ShouldBeNull();

    [Fact]
    public void A_connection_that_failed_and_ended_failed_once_for_each_attempt()
    {
        string[] lines =
        [
            "Failed password for root from 203.0.113.9 port 5 ssh2",
            "Failed password for root from 203.0.113.9 port 5 ssh2",
            "Connection closed by authenticating user root 203.0.113.9 port 5 [preauth]",
        ];
        lines.Count(l => _logins.Read(Line("sshd", l, 7)) is not null).ShouldBe(2);
    }

    [Fact]
    public void Who_came_in_is_told_with_the_key()
    {
        var what = Read("sshd-session", "Accepted publickey for anna from 10.0.1.50 port 53122 "
            + "ssh2: ED25519 SHA256:abc").ShouldNotBeNull();
        (what.Kind, what.User, what.How).ShouldBe((LoginKind.Accepted, "anna", "publickey"));
    }

    [Theory]
    [InlineData("    anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/usr/bin/id -un",
        LoginKind.Sudo, "/usr/bin/id as root")]
    [InlineData("anna : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/mysql -pSECRET",
        LoginKind.Sudo, "/usr/bin/mysql as root")]
    [InlineData("anna : PWD=/ ; USER=web ; TSID=00A ; COMMAND=/usr/bin/id", LoginKind.Sudo,
        "/usr/bin/id as web")]
    [InlineData("bert : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/ ; USER=root ; "
        + "COMMAND=/bin/sh", LoginKind.SudoRefused, "/bin/sh as root (3 incorrect password "
        + "attempts)")]
    [InlineData("bert : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
        LoginKind.SudoRefused, "/bin/sh as root (user NOT in sudoers)")]
    [InlineData("anna : TTY=pts/0 ; PWD=/tmp/x ; USER=web ; COMMAND=/bin/true ; USER=root ; "
        + "COMMAND=/bin/sh", LoginKind.Sudo, "a command whose words make its line unreadable")]
    public void Sudo_is_told_without_arguments(string text, LoginKind kind, string how)
    {
        var what = Read("sudo", text).ShouldNotBeNull();
        (what.Kind, what.How).ShouldBe((kind, how));
        what.How.ShouldNotContain("SECRET");
    }

    [Fact]
    public void What_pam_says_beside_it_is_nothing() => Read("sudo",
        "pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1000)")
        .ShouldBeNull();

    [Theory]
    [InlineData("Try again. IP: {address}. Username: ",
        "[ERROR] Username or password is incorrect. Try again. IP: 203.0.113.9. Username: a IP: "
        + "8.8.8.8. Username: b", "203.0.113.9")]
    [InlineData("Failed authentication attempt for * from {address}",
        "Failed authentication attempt for x from 8.8.8.8 from 203.0.113.9:4411: user", 
        "203.0.113.9")]
    [InlineData("has been denied (IP: \"{address}\")",
        "Authentication request for \"a\" has been denied (IP: \"2001:db8::7\").", "2001:db8::7")]
    [InlineData("{address} - * [*] \"*\" 401 ",
        "203.0.113.9 - bob [01/Jan/2030:12:00:00 +0000] \"GET / HTTP/1.1\" 401 179",
        "203.0.113.9")]
    [InlineData("{address} - * [*] \"*\" 401 ",
        "203.0.113.9 - bob [01/Jan/2030:12:00:00 +0000] \"GET /a HTTP/1.1\" 200 401", null)]
    [InlineData("login failed from {address}", "login failed from somewhere", null)]
    public void An_app_says_it_in_its_own_words(string wording, string line, string? address)
    {
        FailureWording.Fault(wording).ShouldBeNull();
        FailureWording.Of(wording).Find(line).ShouldBe(
            address is null ? null : IPAddress.Parse(address));
    }

    [Theory]
    [InlineData("login failed")]
    [InlineData("{address}")]
    [InlineData("* {address} *")]
    [InlineData("from {address} to {address}")]
    public void What_fits_everything_or_names_nobody_is_refused(string wording) =>
        FailureWording.Fault(wording).ShouldNotBeNull();

    [Fact]
    public void The_journal_knows_who_wrote_a_line()
    {
        const string Message = "\"MESSAGE\":\"Failed password for root from 203.0.113.9 port 1\","
            + "\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1893456000000000\"";
        JournalLog.Read($"{{{Message},\"_COMM\":\"sshd\",\"_UID\":\"0\",\"_PID\":\"7\"}}")
            .ShouldBe(new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), "sshd", 7,
                "Failed password for root from 203.0.113.9 port 1", "s=1"));
        JournalLog.Read($"{{{Message},\"_COMM\":\"sshd\",\"_UID\":\"1000\",\"_PID\":\"7\"}}")
            .ShouldBeNull();
        JournalLog.Read($"{{{Message},\"_COMM\":\"logger\",\"_UID\":\"0\"}}").ShouldBeNull();
        JournalLog.Read($"{{{Message},\"_COMM\":\"sudo\",\"_UID\":\"1000\",\"_EXE\":\"/tmp/sudo\"}}")
            .ShouldBeNull();
        JournalLog.Read("{\"MESSAGE\":[72,105,255],\"__CURSOR\":\"c\",\"_COMM\":\"sshd\","
            + "\"_UID\":\"0\"}")!.Text.ShouldStartWith("Hi");
        // It had ended before the journal looked whose it was: root's own word counts, nobody
        // else's, and not of a program that has a name.
        const string ended = Message + ",\"SYSLOG_IDENTIFIER\":\"sshd\"";
        JournalLog.Read($"{{{ended},\"_UID\":\"0\",\"SYSLOG_PID\":\"7\"}}").ShouldNotBeNull()
            .Program.ShouldBe("sshd");
        JournalLog.Read($"{{{ended},\"_UID\":\"1000\"}}").ShouldBeNull();
        JournalLog.Read($"{{{ended}}}").ShouldBeNull();
        JournalLog.Read($"{{{ended},\"_UID\":\"0\",\"_COMM\":\"logger\"}}").ShouldBeNull();
        JournalLog.Read($"{{{ended},\"_UID\":\"0\",\"_EXE\":\"/usr/bin/logger\"}}").ShouldBeNull();
        JournalLog.Read($"{{{Message},\"SYSLOG_IDENTIFIER\":\"sudo\",\"_UID\":\"0\"}}")
            .ShouldBeNull();
        JournalLog.Read("not json").ShouldBeNull();
    }

    private LoginEvent? Read(string program, string text) =>
        _logins.Read(Line(program, text, ++_process));

    private static HostLogLine Line(string program, string text, int process) =>
        new(s_now, program, process, text, "");
}
