using System.Net;
using System.Net.Sockets;
using EntitySync.Adapters;
using EntitySync.JoinHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Tests.JoinHost;

public sealed class HealthCommandTests
{
    private readonly StringWriter _log = new() { NewLine = "\n" };

    [Theory]
    [InlineData(200, """{"healthy":true,"problems":[]}""", 0, "")]
    [InlineData(503, """{"healthy":false,"problems":["thread 0 has ended","thread 1 does not work yet (waiting): topic 'é' does not exist"]}""", 1,
        "http://127.0.0.1:PORT/health answers 503: thread 0 has ended; thread 1 does not work yet (waiting): topic 'é' does not exist\n")]
    [InlineData(404, "", 1, "http://127.0.0.1:PORT/health answers 404: not the answer of a join container\n")]
    [InlineData(503, "[]", 1, "http://127.0.0.1:PORT/health answers 503: not the answer of a join container\n")]
    [InlineData(503, """{"problems":[1]}""", 1, "http://127.0.0.1:PORT/health answers 503: not the answer of a join container\n")]
    public async Task ExitCode_IsWhatHealthAnswers(int status, string answer, int exitCode, string log)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        await using var web = builder.Build();
        web.MapGet("/health", context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(answer);
        });
        await web.StartAsync();
        var port = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

        (await HealthCommand.RunAsync(new EntitySyncSettings { JoinHttpPort = port }, _log)).ShouldBe(exitCode);
        _log.ToString().ShouldBe(log.Replace("PORT", $"{port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NobodyThere_IsNotHealthy()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        (await HealthCommand.RunAsync(new EntitySyncSettings { JoinHttpPort = port }, _log)).ShouldBe(1);
        _log.ToString().ShouldStartWith($"http://127.0.0.1:{port}/health does not answer: ");
    }

    [Fact]
    public async Task UnknownPort_IsTold()
    {
        (await HealthCommand.RunAsync(new EntitySyncSettings { JoinHttpPort = 0 }, _log)).ShouldBe(1);
        _log.ToString().ShouldContain("JOIN_HTTP_PORT is 0");
    }
}
