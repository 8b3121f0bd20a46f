using System.Text;
using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

public sealed class DeviceMapperTests
{
    [Fact]
    public void The_names_in_its_answer_are_read_to_the_end()
    {
        var answer = new byte[1024];
        BitConverter.TryWriteBytes(answer.AsSpan(16), 312u);
        var at = 312;
        foreach (var (name, next) in new[] { ("crypt", 24u), ("linear", 32u), ("verity", 0u) })
        {
            BitConverter.TryWriteBytes(answer.AsSpan(at), next);
            Encoding.ASCII.GetBytes(name, answer.AsSpan(at + 16));
            at += (int)next;
        }
        DeviceMapper.Names(answer).ShouldBe(["crypt", "linear", "verity"]);
    }

    [Fact]
    public void An_answer_that_leads_nowhere_ends() =>
        DeviceMapper.Names([.. new byte[16], 0xff, 0xff, 0xff, 0x7f, .. new byte[64]])
            .ShouldBeEmpty();
}
