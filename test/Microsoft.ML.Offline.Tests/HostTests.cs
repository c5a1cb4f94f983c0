using Microsoft.ML.Offline.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline.Tests;

/// <summary>What components run in: messages, progress, random numbers.</summary>
[TestClass]
public sealed class HostTests
{
    private readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void MessagesAreHeardInTheLog()
    {
        var heard = new List<string>();
        _context.Log += (sender, e) =>
        {
            Assert.AreSame(_context, sender);
            if (e.Kind != ChannelMessageKind.Trace)
                heard.Add($"{e.Source}|{e.Kind}|{e.RawMessage}|{e.Message}");
        };

        var host = ((IHostEnvironment)_context).Register("Host");
        using (var channel = host.Start("Work"))
        {
            channel.Info(MessageSensitivity.None, "{0} of {1}", 1, 2);
            channel.Warning(MessageSensitivity.None, "Careful {0}");
            channel.Error(MessageSensitivity.Schema, "Wrong");
        }
        using (var channel = ((IChannelProvider)_context).Start("Root"))
            channel.Info(MessageSensitivity.None, "Here");

        Assert.AreEqual(
            "Host; Work|Info|1 of 2|[Source=Host; Work, Kind=Info] 1 of 2\n"
                + "Host; Work|Warning|Careful {0}|[Source=Host; Work, Kind=Warning] Careful {0}\n"
                + "Host; Work|Error|Wrong|[Source=Host; Work, Kind=Error] Wrong\n"
                + "Root|Info|Here|[Source=Root, Kind=Info] Here",
            string.Join('\n', heard));
    }

    [TestMethod]
    public void AChannelTracesItsLife()
    {
        var kinds = new List<ChannelMessageKind>();
        _context.Log += (_, e) => kinds.Add(e.Kind);

        using (((IHostEnvironment)_context).Register("Host").Start("Work"))
            Assert.HasCount(1, kinds);

        CollectionAssert.AreEqual(Enumerable.Repeat(ChannelMessageKind.Trace, 3).ToArray(), kinds);
    }

    [TestMethod]
    public void AHostIsNamedWithTheOutermostOne()
    {
        var sources = new List<string>();
        _context.Log += (_, e) => sources.Add(e.Source);

        var outer = ((IHostEnvironment)_context).Register("Outer");
        using (outer.Register("Inner").Register("Innermost").Start("Work"))
        {
        }

        Assert.AreEqual("Outer; Innermost; Work", sources[0]);
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameRandomNumbers()
    {
        var host = ((IHostEnvironment)new MLContext(seed: 7)).Register("A");
        var numbers = $"{host.Rand.Next()} {host.Rand.Next(100)} {Shown.Value(host.Rand.NextDouble())} {host.Register("B").Rand.Next()}";
        var other = ((IHostEnvironment)new MLContext(seed: 7)).Register("Other", seed: 3).Rand.Next();

        Assert.AreEqual("895905349 9 0.18835816672071815 1825330782", numbers);
        Assert.AreEqual(749635395, other);
    }

    [TestMethod]
    public void AnErrorTellsWhereItCameFrom()
    {
        var host = ((IHostEnvironment)_context).Register("Outer").Register("Inner");

        Assert.AreEqual("Throwing component=Environment", Origin(host.Process(new InvalidOperationException())));
        using var channel = host.Start("Work");
        Assert.AreEqual("Parent component=, Phase=Work, Throwing component=Inner", Origin(channel.Process(new InvalidOperationException())));
        Assert.AreEqual("Throwing component=Environment", Origin(((IExceptionContext)_context).Process(new InvalidOperationException())));

        static string Origin(Exception failure) => string.Join(", ", failure.Data.Keys.Cast<string>()
            .Where(key => !key.Contains("Marked")).Select(key => $"{key}={failure.Data[key]}").Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void ProgressHasRoomForWhatItsHeaderSays()
    {
        using var progress = ((IProgressChannelProvider)_context).StartProgressChannel("Training");
        progress.SetHeader(new ProgressHeader(["loss"], ["epochs", "rows"]), entry => entry.SetProgress(0, 1));

        progress.Checkpoint(0.5, 1, 2, 10, 20);
        progress.Checkpoint();
        Assert.Throws<Exception>(() => progress.Checkpoint(0.5, 1, 2, 10, 20, 30));
        using (var inner = progress.StartProgressChannel("Inner"))
            inner.Checkpoint(1);
    }

    [TestMethod]
    public void AHeaderHasUnitsAndMetrics()
    {
        var units = new ProgressHeader("epochs");

        Assert.AreEqual("epochs", units.UnitNames.Single());
        Assert.IsEmpty(units.MetricNames);
        Assert.IsEmpty(new ProgressHeader(metricNames: null, unitNames: null).UnitNames);
    }

    [TestMethod]
    public void TheGpuIsAChoiceOfTheContext()
    {
        Assert.IsNull(_context.GpuDeviceId);
        Assert.IsFalse(new MLContext().FallbackToCpu);

        _context.GpuDeviceId = 1;
        _context.FallbackToCpu = true;

        Assert.AreEqual(1, _context.GpuDeviceId);
        Assert.IsTrue(_context.FallbackToCpu);
        Assert.IsNull(new MLContext().GpuDeviceId);
    }
}
