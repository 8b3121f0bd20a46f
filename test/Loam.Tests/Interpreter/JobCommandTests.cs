using Loam.Mind.Interpreter.Subjects.Jobs;

namespace Loam.Tests.Interpreter;

/// <summary>A name for a job, from what it runs.</summary>
public sealed class JobCommandTests
{
    [Theory]
    [InlineData("php occ trashbin:cleanup --all-users", "occ-trashbin-cleanup")]
    [InlineData("php occ php", "occ-php")]
    [InlineData("php", "php")]
    public void It_is_named_by_its_program_and_what_that_does(string command, string name) =>
        JobCommand.Name(command, null).ShouldBe(name);
}
