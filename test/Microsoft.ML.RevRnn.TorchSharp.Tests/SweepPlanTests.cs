using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>How rows and units are spread over a device.</summary>
[TestClass]
public sealed class SweepPlanTests
{
    private static readonly DeviceLimits[] _devices = [new(132, 227 * 1024), new(80, 96 * 1024), new(16, 48 * 1024)];

    [TestMethod]
    public void EveryUnitAndRowHasOnePlaceAndAllBlocksFit()
    {
        foreach (var limits in _devices)
        {
            foreach (var cell in (ReadOnlySpan<CellKind>)[CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.GruResetAfter, CellKind.Elman])
            {
                foreach (var units in (ReadOnlySpan<int>)[2, 10, 64, 256, 650, 1024, 2048])
                {
                    foreach (var rows in (ReadOnlySpan<int>)[1, 5, 16, 64, 128, 5000])
                    {
                        var shape = new CellShape(cell, 8, units);
                        Check(SweepPlan.For(shape, rows, limits), shape.Half, rows, limits);
                    }
                }
            }
        }
    }

    [TestMethod]
    public void WhatADeviceCannotHoldIsSaid()
    {
        var shape = new CellShape(CellKind.RevLstm, 8, 8192);
        var exception = Assert.ThrowsExactly<NotSupportedException>(() => SweepPlan.For(shape, 8, new DeviceLimits(16, 48 * 1024)));
        StringAssert.Contains(exception.Message, "16 processors", StringComparison.Ordinal);
        exception = Assert.ThrowsExactly<NotSupportedException>(() => SweepPlan.For(shape, 8, new DeviceLimits(132, 512)));
        StringAssert.Contains(exception.Message, "512 bytes", StringComparison.Ordinal);
    }

    private static void Check(SweepPlan plan, int units, int rows, DeviceLimits limits)
    {
        var text = $"{plan} for {units} units, {rows} rows, {limits}";
        Assert.IsTrue(plan.Rows >= rows && plan.Rows - rows < plan.RowsOfGroup, text);
        Assert.IsTrue(plan.BlocksOfGroup * plan.UnitsOfBlock >= units && (plan.BlocksOfGroup - 1) * plan.UnitsOfBlock < units, text);
        Assert.IsTrue(plan.GroupsAtOnce * plan.BlocksOfGroup <= limits.Processors, text);
        Assert.IsTrue(plan.Workers >= plan.UnitsOfBlock * plan.RowsOfGroup && plan.Workers % 32 == 0 && plan.Threads <= 1024, text);
        Assert.IsTrue(plan.ForwardBytes <= limits.SharedMemory && plan.BackwardBytes <= limits.SharedMemory, text);
        Assert.IsTrue(plan.Tile >= 32, text);
    }
}
