using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class NativeBufferTests
{
    [TestMethod]
    public void ABufferIsZeroAndAligned()
    {
        using var buffer = new NativeBuffer<float>(1000);

        Assert.IsFalse(buffer.Span.ContainsAnyExcept(0f));
        Assert.AreEqual(0UL, (ulong)buffer.Pointer % 64);
        Assert.AreEqual(1000L, buffer.Length);
        Assert.AreEqual(4000L, buffer.Bytes);
    }

    [TestMethod]
    public void ABufferGrowsButNeverShrinks()
    {
        using var buffer = new NativeBuffer<int>(10);
        buffer.Span.Fill(7);

        buffer.EnsureLength(5);
        Assert.AreEqual(10L, buffer.Length);
        Assert.AreEqual(7, buffer.Pointer[9]);

        buffer.EnsureLength(20);
        Assert.AreEqual(20L, buffer.Length);
        Assert.IsFalse(buffer.Span.ContainsAnyExcept(0));
    }

    [TestMethod]
    public void TheMeterCountsWhatBuffersHold()
    {
        var meter = new MemoryMeter();
        using (var one = new NativeBuffer<float>(100, meter))
        using (var other = new NativeBuffer<double>(meter))
        {
            Assert.AreEqual(400, meter.CurrentBytes);
            other.EnsureLength(10);
            Assert.AreEqual(480, meter.CurrentBytes);
            one.EnsureLength(200);
            Assert.AreEqual(880, meter.CurrentBytes);
        }
        Assert.AreEqual(0, meter.CurrentBytes);
        Assert.AreEqual(880, meter.PeakBytes);
    }

    [TestMethod]
    public void ADisposedBufferCannotBeUsed()
    {
        var buffer = new NativeBuffer<float>(10);
        buffer.Dispose();
        buffer.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => buffer.EnsureLength(1));
    }
}
