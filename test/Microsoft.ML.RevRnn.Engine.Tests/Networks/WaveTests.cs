using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The order of a wave's tasks, and when there is a wave.</summary>
[TestClass]
internal sealed class WaveTests
{
    [TestMethod]
    [DataRow(WaveOrder.Forward)]
    [DataRow(WaveOrder.Reverse)]
    [DataRow(WaveOrder.Backward)]
    public void EachTaskComesOnceAndAfterThoseItWaitsFor(WaveOrder order)
    {
        foreach (var layers in (int[])[1, 2, 3, 5])
        {
            var wave = new Wave(layers);
            foreach (var (steps, shape) in ((int, WaveShape)[])[(32, new(4, 3)), (7, new(3, 2)), (5, new(1, 8)), (3, new(4, 2)), (1, new(1, 1)), (9, WaveShape.Sequence)])
            {
                var done = new HashSet<(int Layer, int Step)>();
                wave.Begin(order, steps, shape);
                while (wave.Next())
                {
                    var tasks = wave.Tasks.ToArray();
                    Assert.IsTrue(tasks.Length <= shape.Layers);
                    foreach (var task in tasks)
                    {
                        Assert.IsTrue(task.EndStep > task.FirstStep && task.EndStep - task.FirstStep <= shape.Steps);
                        var before = order == WaveOrder.Forward ? task.FirstStep - 1 : task.EndStep;
                        Assert.IsTrue(before < 0 || before == steps || done.Contains((task.Layer, before)), $"{task} is before the layer's own last one.");
                        var source = task.Layer + (order == WaveOrder.Backward ? 1 : -1);
                        for (var step = task.FirstStep; step < task.EndStep && source >= 0 && source < layers; step++)
                            Assert.IsTrue(done.Contains((source, step)), $"{task} is before what it reads.");
                        Assert.AreEqual((order == WaveOrder.Forward ? task.EndStep : steps - task.FirstStep) == steps, task.IsLast, $"{task}");
                    }
                    foreach (var task in tasks)
                    {
                        for (var step = task.FirstStep; step < task.EndStep; step++)
                            Assert.IsTrue(done.Add((task.Layer, step)), $"{task} is there twice.");
                    }
                }
                Assert.AreEqual(layers * steps, done.Count);
            }
        }
    }

    /// <summary>The last layer cannot begin before L - 1 rounds, nor the first one end later than that many before the last round; in between every place is taken.</summary>
    [TestMethod]
    [DataRow(3, 8, 3, 10)]
    [DataRow(3, 8, 2, 13)]
    [DataRow(3, 9, 8, 11)]
    [DataRow(2, 8, 2, 9)]
    [DataRow(4, 8, 2, 17)]
    [DataRow(3, 8, 1, 24)]
    public void NoPlaceIsIdleThatNeedNotBe(int layers, int tasks, int sideBySide, int rounds)
    {
        var wave = new Wave(layers);
        foreach (var order in Enum.GetValues<WaveOrder>())
        {
            wave.Begin(order, tasks, new WaveShape(1, sideBySide));
            var count = 0;
            while (wave.Next())
                count++;
            Assert.AreEqual(rounds, count, $"{order}");
        }
    }

    [TestMethod]
    [DataRow(3, 4, 2, 2)]
    [DataRow(3, 8, 8, 3)]
    [DataRow(2, 1, 8, 2)]
    [DataRow(3, 9, 4, 2)]
    [DataRow(3, 16, 16, 3)]
    [DataRow(3, 4, 1, 1)]
    [DataRow(1, 4, 8, 1)]
    [DataRow(3, 9, 3, 1)]
    [DataRow(3, 64, 8, 1)]
    [DataRow(3, 64, 16, 2)]
    public void LayersWorkSideBySideWhereThreadsWouldBeIdle(int layers, int rows, int threads, int sideBySide)
    {
        var shape = WaveShape.For(layers, rows, units: 256, threads);
        Assert.AreEqual(sideBySide, shape.Layers);
        Assert.AreEqual(sideBySide == 1, shape == WaveShape.Sequence);
    }

    [TestMethod]
    [DataRow(1, 16, 32)]
    [DataRow(1, 64, 8)]
    [DataRow(1, 128, 4)]
    [DataRow(4, 32, 4)]
    [DataRow(8, 1024, 4)]
    public void TasksOfSmallNetworksAreLonger(int rows, int units, int steps) => Assert.AreEqual(steps, WaveShape.For(2, rows, units, threads: 8).Steps);
}
