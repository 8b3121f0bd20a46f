using Loam.Core.Reconciling;
using Loam.Drivers.Models;
using Loam.Tests.Files;

namespace Loam.Tests.Models;

public sealed class GgufHeaderTests
{
    [Fact]
    public void A_file_says_what_it_is()
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "tiny.gguf");
        TinyModel.Random(file, 1);
        var header = GgufHeader.Read(file);
        header.ShouldBe(new GgufHeader(
            "llama", "tiny", "F32", 4096, 128 * 2 * 2, false, new FileInfo(file).Length));
        header.Cache(1000).ShouldBe(512_000);
    }

    [Fact]
    public void What_is_cut_off_is_found_wherever_it_is_cut()
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "tiny.gguf");
        TinyModel.Random(file, 1);
        var whole = File.ReadAllBytes(file);
        foreach (var length in (int[])[0, 3, 10, 100, 4000, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(file, whole[..length]);
            Should.Throw<HostException>(() => GgufHeader.Read(file))
                .Message.ShouldContain("not whole");
        }
    }

    [Theory]
    [InlineData("GGUX", "is no GGUF file")]
    [InlineData("GGUF\u0001\0\0\0", "is GGUF of version 1")]
    [InlineData("GGUF\u0003\0\0\0\u0001\0\0\0\0\0\0\u0001", "tensors")]
    public void What_is_no_model_is_refused(string begin, string why)
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "none.gguf");
        File.WriteAllBytes(file, [.. begin.Select(c => (byte)c), .. new byte[64]]);
        Should.Throw<HostException>(() => GgufHeader.Read(file)).Message.ShouldContain(why);
    }

    [Fact]
    public void Whatever_stands_in_a_file_ends_in_a_sentence()
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "tiny.gguf");
        TinyModel.Random(file, 1);
        var whole = File.ReadAllBytes(file);
        var draw = new Random(9);
        for (var round = 0; round < 400; round++)
        {
            var spoilt = (byte[])whole.Clone();
            for (var hits = draw.Next(1, 6); hits > 0; hits--)
            {
                spoilt[draw.Next(6000)] = (byte)draw.Next(256);
            }
            File.WriteAllBytes(file, spoilt);
            try
            {
                GgufHeader.Read(file).ContextTokens.ShouldBeGreaterThanOrEqualTo(0);
            }
            catch (HostException fault)
            {
                fault.Remedy.ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void What_does_not_fit_into_memory_is_refused_with_figures()
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "tiny.gguf");
        TinyModel.Random(file, 1);
        File.SetUnixFileMode(file, (UnixFileMode)0x1a4);
        ModelPlan.Of(file, 4096, 2L << 30).Memory.ShouldBeGreaterThan(768UL << 20);
        Should.Throw<HostException>(() => ModelPlan.Of(file, 4096, 500L << 20)).Message
            .ShouldContain("2 MiB for a context of 4096 tokens");
        Should.Throw<HostException>(() => ModelPlan.Of(file, 8192, 2L << 30)).Message
            .ShouldContain("was made for 4096");
        File.SetUnixFileMode(file, (UnixFileMode)0x180);
        Should.Throw<HostException>(() => ModelPlan.Of(file, 4096, 2L << 30)).Remedy
            .ShouldContain("chmod a+r");
        ModelPlan.Threads().ShouldBeInRange(1, Environment.ProcessorCount);
    }
}
