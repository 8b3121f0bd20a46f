using Xunit.Abstractions;
using Xunit.Sdk;

namespace Loam.System.Harness;

/// <summary>The engine that a class of stories needs; without it they are skipped, with the
/// reason in the runner's report.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(string engine) : Attribute
{
    public string Engine { get; } = engine;

    public static string? Missing(string engine) =>
        Environment.GetEnvironmentVariable("LOAM_BINARY") is null
            || Environment.GetEnvironmentVariable("LOAM_MIRROR") is null
            ? "LOAM_BINARY or LOAM_MIRROR is not set; ./dev test system sets both"
            : Environment.UserName != "root" ? "containers need root"
            : ((string[])["docker", engine]).FirstOrDefault(p => !IsInstalled(p)) is { } absent
                ? $"needs the program {absent}"
            : null;

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/usr/sbin")
            .Any(d => File.Exists(Path.Combine(d, program)));
}

/// <summary>A test of the published executable.</summary>
[XunitTestCaseDiscoverer("Loam.System.Harness.StoryDiscoverer", "Loam.System")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoryFactAttribute : FactAttribute;

public sealed class StoryDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo fact) =>
        new StoryTestCase(
            DiagnosticMessageSink, options.MethodDisplayOrDefault(),
            options.MethodDisplayOptionsOrDefault(), method);
}

public sealed class StoryTestCase : XunitTestCase
{
    [Obsolete("For the runner, which fills it in.")]
    public StoryTestCase()
    {
    }

    public StoryTestCase(
        IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options,
        ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsAttribute))
            .OfType<ReflectionAttributeInfo>()
            .Select(a => NeedsAttribute.Missing(((NeedsAttribute)a.Attribute).Engine))
            .FirstOrDefault() ?? base.GetSkipReason(factAttribute);
}
