using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

public sealed partial class DockerEngine
{
    public async Task<EngineImage?> FindImageAsync(string reference, CancellationToken cancel)
    {
        var answer = await _engine.CallAsync(
            HttpMethod.Get, $"/images/{ReferencePath(reference)}/json", $"image {reference}",
            cancel, accept: HttpStatusCode.NotFound).ConfigureAwait(false);
        return answer.Status == HttpStatusCode.NotFound ? null
            : Image(answer.Read(EngineJson.Default.WireImage, $"image {reference}"));
    }

    public async Task<ImmutableArray<EngineImage>> ListImagesAsync(CancellationToken cancel)
    {
        var images = (await _engine.CallAsync(
            HttpMethod.Get, "/images/json", "images", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireImageArray, "images");
        return [.. images.Select(Image).OrderBy(i => i.Id, StringComparer.Ordinal)];
    }

    public async Task TagImageAsync(
        string image, string repository, string tag, CancellationToken cancel) =>
        await _engine.CallAsync(
            HttpMethod.Post,
            $"/images/{ReferencePath(image)}/tag?repo={Escape(repository)}&tag={Escape(tag)}",
            $"image {image}", cancel).ConfigureAwait(false);

    public async Task RemoveImageAsync(string reference, CancellationToken cancel) =>
        await _engine.CallAsync(
            HttpMethod.Delete, $"/images/{ReferencePath(reference)}", $"image {reference}", cancel,
            accept: HttpStatusCode.NotFound).ConfigureAwait(false);

    public async Task PullAsync(
        ImageReference image, string digest, RegistryLogin? login,
        Action<PullProgress> progress, CancellationToken cancel)
    {
        var name = $"{image.Registry}/{image.Repository}@{digest}";
        var what = $"image {image.Short}";
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(Limits.PullStall);
        try
        {
            using var response = await _engine.OpenAsync(
                HttpMethod.Post, $"/images/create?fromImage={Escape(name)}", what, stall.Token,
                limit: Limits.PullStall, header: Login(login, image.Registry))
                .ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(stall.Token)
                .ConfigureAwait(false);
            await foreach (var line in LinesAsync(
                stream, () => stall.CancelAfter(Limits.PullStall), stall.Token)
                .ConfigureAwait(false))
            {
                Report(line, what, progress);
            }
        }
        catch (HostException error) when (login is not null)
        {
            throw EngineErrors.Without(error, [login.Password]);
        }
        catch (Exception error) when (EngineErrors.IsTransport(error))
        {
            cancel.ThrowIfCancellationRequested();
            throw error is OperationCanceledException
                ? new HostException(
                    Fault.Timeout,
                    $"{image.Short}: the download stood still for "
                    + $"{Limits.PullStall.TotalSeconds:0} s.",
                    "Check the network and try again: what is already here is kept.")
                : EngineErrors.Transport(error, _engine.Socket, what);
        }
        if (await FindImageAsync(name, cancel).ConfigureAwait(false) is null)
        {
            throw new HostException(
                Fault.NotFound,
                $"{image.Short}: the engine says it is pulled but does not have {digest}.",
                "Check the registry or its mirror: it may serve another image.");
        }
    }

    private static void Report(string line, string what, Action<PullProgress> progress)
    {
        WireProgress? step;
        try
        {
            step = JsonSerializer.Deserialize(line, EngineJson.Default.WireProgress);
        }
        catch (JsonException)
        {
            return;
        }
        if (!string.IsNullOrEmpty(step?.Error))
        {
            throw EngineErrors.Of(HttpStatusCode.InternalServerError, step.Error, what);
        }
        if (step?.Status is { } status)
        {
            progress(new(
                step.Id ?? "", step.Detail?.Current ?? 0,
                step.Detail?.Total > 0 ? step.Detail.Total : null, status));
        }
    }

    private static EngineImage Image(WireImage wire) => new(
        ContainerReading.ImageId(wire.Id), Written(wire.RepoTags), Written(wire.RepoDigests),
        wire.Size);

    /// <summary>Docker writes <c>&lt;none&gt;</c> for what is not there.</summary>
    private static ImmutableArray<string> Written(string[]? names) =>
        [.. (names ?? []).Where(n => !n.Contains("<none>", StringComparison.Ordinal))];

    private static KeyValuePair<string, string>? Login(RegistryLogin? login, string registry)
    {
        if (login is null)
        {
            return null;
        }
        var json = JsonSerializer.Serialize(
            new WireLogin(login.Username, login.Password, registry),
            EngineJson.Default.WireLogin);
        return new("X-Registry-Auth", Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>References keep their slashes: the engines' routes expect them.</summary>
    private static string ReferencePath(string reference) =>
        string.Join('/', reference.Split('/').Select(Uri.EscapeDataString));
}
