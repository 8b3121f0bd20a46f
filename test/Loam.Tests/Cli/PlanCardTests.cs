using Loam.Cli;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Tests.Cli;

/// <summary>Cards as a person sees them at 80 columns.</summary>
public sealed class PlanCardTests
{
    private static readonly Look Eighty = new(80, false, true, true);

    [Fact]
    public void Story_1_a_web_server() =>
        Check("card-story1", StateSet.Empty, States.Web, true);

    [Fact]
    public void Story_2_a_stack() =>
        Check("card-story2", StateSet.Empty, States.Stack, true);

    [Fact]
    public void An_image_behind_a_port_is_rehearsed() =>
        Check("card-rehearse", States.Web, States.WebNewer, false);

    [Fact]
    public void A_service_without_port_or_data_overlaps() =>
        Check("card-overlap", Worker("nginx:1.27"), Worker("nginx:1.28"), false);

    [Fact]
    public void A_service_with_data_is_swapped() =>
        Check("card-swap", Cache("7.2", "128Mi"), Cache("7.4", "256Mi"), false);

    [Fact]
    public void Limits_change_in_place() =>
        Check("card-in-place", Cache("7.2", "128Mi"), Cache("7.2", "256Mi"), false);

    [Fact]
    public void What_is_removed_is_named_and_its_data_kept() =>
        Check("card-removal", States.Stack, States.Web, false);

    [Fact]
    public void Texts_with_errors_show_place_line_and_remedy() =>
        Check("card-errors", StateSet.Empty, States.Of("""
              services:
                - name: web
                  imagee: nginx
            """), false);

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void No_line_is_wider_than_the_terminal(int width)
    {
        foreach (var unicode in (bool[])[true, false])
        {
            var look = new Look(width, false, unicode, true);
            foreach (var (from, to) in ((StateSet, StateSet)[])[(StateSet.Empty, States.Stack),
                (States.Stack, States.Web), (States.Web, States.WebNewer)])
            {
                var change = FakeMachine.Change(
                    new(ChangeKind.Files, "test"), from, to, "p1", 1);
                var lines = PlanCard.Of(change, true, look).Concat(ExplainView.Of(change, look));
                foreach (var line in lines)
                {
                    Glyphs.Width(look.Clean(line.Text)).ShouldBeLessThanOrEqualTo(width,
                        line.Text);
                    if (!unicode)
                    {
                        System.Text.Ascii.IsValid(look.Clean(line.Text)).ShouldBeTrue();
                    }
                }
            }
        }
    }

    private static StateSet Worker(string image) => States.Of($"""
              services:
                - name: worker
                  image: {image}
                  resources: {"{ memory: 64Mi }"}
            """, image);

    private static StateSet Cache(string tag, string memory) => States.Of($"""
              services:
                - name: redis
                  image: redis:{tag}
                  ports: [{"{ container: 6379 }"}]
                  volumes: [{"{ source: /srv/redis, target: /data }"}]
                  resources: {"{"} memory: {memory} {"}"}
            """, $"redis:{tag}");

    private static void Check(string name, StateSet before, StateSet after, bool fromWords)
    {
        var change = FakeMachine.Change(new(ChangeKind.Files, "test"), before, after, "p1", 1);
        Golden.Check(name, PlanCard.Of(change, fromWords, Eighty));
    }
}
