using System.Collections.Immutable;
using Loam.Drivers.Containers.Native.Networking;
using Loam.NamesHost;

namespace Loam.Tests.NamesHost;

/// <summary>Whatever a container sends, the worst that follows is an answer that says no.</summary>
public sealed class HostilePacketTests
{
    private static readonly NameLookup s_lookup = new(new(
    [
        new("lm1", "10.200.0.1", "10.200.0.0/22", false,
            ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty
                .Add("web", ["10.200.0.2", "10.200.0.3"]),
            ImmutableSortedDictionary<string, string>.Empty.Add("10.200.0.2", "web-1")),
    ], []));

    [Fact]
    public void A_question_cut_off_anywhere_is_refused()
    {
        var whole = Dns.Question("web.of.somebody", room: 4096);
        for (var length = 0; length < whole.Length - 11; length++)
        {
            var question = DnsQuestion.Read(whole.AsSpan(0, length), out var fault);
            question.ShouldBeNull();
            fault.ShouldBe(length < 12 ? DnsCode.Silence : DnsCode.FormatError);
        }
    }

    [Theory]
    [InlineData("c00c", "a pointer to itself")]
    [InlineData("c00e c00c", "two that point to one another")]
    [InlineData("03776562 c00c", "a name that goes on at its beginning")]
    [InlineData("40", "a label of a kind there is none of")]
    [InlineData("80", "another")]
    [InlineData("3f", "a label longer than the message")]
    public void A_name_that_leads_nowhere_is_refused(string name, string what)
    {
        byte[] message = [.. Dns.Question("x").AsSpan(0, 12),
            .. Convert.FromHexString(name.Replace(" ", "", StringComparison.Ordinal)),
            0, 0, 1, 0, 1];
        DnsQuestion.Read(message, out var fault).ShouldBeNull(what);
        fault.ShouldBe(DnsCode.FormatError);
    }

    [Fact]
    public void A_name_has_255_bytes_and_no_more()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "."
            + new string('a', 61);
        DnsQuestion.Read(Dns.Question(longest), out _).ShouldNotBeNull().Name.ShouldBe(longest);
        DnsQuestion.Read(Dns.Question(longest + "a"), out var fault).ShouldBeNull();
        fault.ShouldBe(DnsCode.FormatError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(65535)]
    public void One_question_is_answered_at_a_time(int questions)
    {
        var message = Dns.Question("web");
        (message[4], message[5]) = ((byte)(questions >> 8), (byte)questions);
        DnsQuestion.Read(message, out var fault).ShouldBeNull();
        fault.ShouldBe(DnsCode.FormatError);
        DnsAnswer.Of(message, fault).ShouldBe(
            [0x12, 0x34, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void Answers_are_not_answered_and_other_requests_are_not_known()
    {
        var message = Dns.Question("web");
        message[2] |= 0x80;
        DnsQuestion.Read(message, out var fault).ShouldBeNull();
        fault.ShouldBe(DnsCode.Silence);
        message[2] = 0x28;
        DnsQuestion.Read(message, out fault).ShouldBeNull();
        fault.ShouldBe(DnsCode.NotImplemented);
    }

    [Fact]
    public void Random_bytes_get_an_answer_or_none_and_never_more_than_was_allowed()
    {
        var random = new Random(20261127);
        var answered = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var message = random.Next(3) == 0 ? new byte[random.Next(600)]
                : Dns.Question("web", room: random.Next(70_000) & 0xffff);
            if (random.Next(3) == 0)
            {
                random.NextBytes(message);
            }
            for (var flips = random.Next(4); flips > 0 && message.Length > 0; flips--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }
            var answer = DnsQuestion.Read(message, out var fault) is { } question
                ? s_lookup.Answer(question, "10.200.0.1", "10.200.0.2", random.Next(2) == 0)
                : fault == DnsCode.Silence ? null : DnsAnswer.Of(message, fault);
            answered += answer is null ? 0 : 1;
            (answer?.Length ?? 0).ShouldBeLessThanOrEqualTo(1232);
        }
        answered.ShouldBeGreaterThan(50_000);
    }
}
