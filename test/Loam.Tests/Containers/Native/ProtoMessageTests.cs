using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Containers.Native;

public sealed class ProtoMessageTests
{
    [Fact]
    public void What_was_written_is_read()
    {
        var written = new ProtoWriter().Text(1, "näme").Number(2, 300).Flag(3, true)
            .Texts(4, ["a", "", "b"]).Map(5, new Dictionary<string, string> { ["k"] = "v" })
            .Any(6, "type", "bytes"u8.ToArray()).Number(7, -1).Text(1000, "far");
        var read = ProtoMessage.Parse(written.Written);
        read.Text(1).ShouldBe("näme");
        read.Number(2).ShouldBe(300);
        read.Number(3).ShouldBe(1);
        read.Texts(4).ShouldBe(["a", "", "b"]);
        read.Map(5).ShouldHaveSingleItem().ShouldBe(new("k", "v"));
        read.Message(6).Text(1).ShouldBe("type");
        read.Message(6).Bytes(2).ToArray().ShouldBe("bytes"u8.ToArray());
        read.Number(7).ShouldBe(-1);
        read.Text(1000).ShouldBe("far");
        read.Text(8).ShouldBe("");
        read.Time(8).ShouldBeNull();
    }

    /// <summary>As protoc writes <c>a: 150</c> and <c>b: "testing"</c>, with fields of other kinds
    /// that nobody asked for.</summary>
    [Fact]
    public void What_others_wrote_is_read()
    {
        byte[] bytes =
        [
            0x08, 0x96, 0x01, 0x12, 0x07, .. "testing"u8, 0x1d, 1, 0, 0, 0,
            0x21, 2, 0, 0, 0, 0, 0, 0, 0,
        ];
        var read = ProtoMessage.Parse(bytes);
        read.Number(1).ShouldBe(150);
        read.Text(2).ShouldBe("testing");
        read.Number(3).ShouldBe(1);
        read.Number(4).ShouldBe(2);
    }

    [Theory]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x12, 0x07, 0x74 })]
    [InlineData(new byte[] { 0x0b })]
    [InlineData(new byte[] { 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public void What_is_none_is_refused(byte[] bytes) =>
        Should.Throw<InvalidDataException>(() => ProtoMessage.Parse(bytes));
}
