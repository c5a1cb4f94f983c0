using System.Reflection;
using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What the cells say of themselves.</summary>
[TestClass]
internal sealed class CellSpecTests
{
    public static IEnumerable<CellKind> Kinds => Enum.GetValues<CellKind>();

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void EachKindHasItsSpec(CellKind kind) => Assert.AreEqual(kind, CellSpec.Of(kind).Kind);

    [TestMethod]
    public void AKindThatThereIsNotIsRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CellSpec.Of((CellKind)99));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CellSpec.Of((CellKind)(-1)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ((CellKind)99).IsReversible());
    }

    /// <summary>The equations find gates and states by constants that are named like them.</summary>
    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void ConstantsAreThePlacesOfGatesAndStates(CellKind kind)
    {
        var spec = CellSpec.Of(kind);
        foreach (var constant in spec.GetType().GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        {
            var place = (int)constant.GetRawConstantValue()!;
            var name = constant.Name.ToLowerInvariant();
            Assert.IsTrue(
                (place < spec.Gates.Count && spec.Gates[place].Name == name) || (place < spec.States.Count && spec.States[place] == name),
                $"{kind}.{constant.Name} is {place}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, true)]
    [DataRow(CellKind.RevGru, true)]
    [DataRow(CellKind.NfRevLstm, true)]
    [DataRow(CellKind.NfRevGru, true)]
    [DataRow(CellKind.Lstm, false)]
    [DataRow(CellKind.Gru, false)]
    [DataRow(CellKind.Elman, false)]
    [DataRow(CellKind.GruResetAfter, false)]
    [DataRow(CellKind.LeakyElman, false)]
    [DataRow(CellKind.RevLeaky, true)]
    [DataRow(CellKind.NestedLstm, false)]
    [DataRow(CellKind.MixedGru, false)]
    [DataRow(CellKind.DeepTransition, false)]
    [DataRow(CellKind.DeepTransitionShortcut, false)]
    public void ReversibleCellsAreThoseOfTwoHalves(CellKind kind, bool reversible) => Assert.AreEqual(reversible, kind.IsReversible());

    [TestMethod]
    [DataRow(CellKind.RevLstm, 5 * 8 * (6 + 1 + 4))]
    [DataRow(CellKind.NfRevLstm, 3 * 8 * (6 + 1 + 4))]
    [DataRow(CellKind.RevGru, 3 * 8 * (6 + 1 + 4))]
    [DataRow(CellKind.NfRevGru, 3 * 8 * (6 + 1 + 4))]
    [DataRow(CellKind.Lstm, 4 * 8 * (6 + 1 + 8))]
    [DataRow(CellKind.Gru, 3 * 8 * (6 + 1 + 8))]
    [DataRow(CellKind.Elman, 8 * (6 + 1 + 8))]
    [DataRow(CellKind.GruResetAfter, 8 * (3 * 6 + 4 + 3 * 8))]
    [DataRow(CellKind.LeakyElman, 8 * (6 + 1 + 8) + 8)]
    [DataRow(CellKind.RevLeaky, 8 * (6 + 1 + 4) + 8)]
    [DataRow(CellKind.MixedGru, 4 * 3 * 8 * (6 + 1 + 8) + 4 * (6 + 1 + 8))]
    [DataRow(CellKind.NestedLstm, 4 * 8 * (6 + 1 + 8) + 4 * 8 * (16 + 1))]
    [DataRow(CellKind.DeepTransition, 8 * (6 + 1) + 8 * (16 + 1) + 8 * (8 + 1) + 8 * (8 + 1))]
    [DataRow(CellKind.DeepTransitionShortcut, 8 * (6 + 1) + 8 * (16 + 1) + 8 * (16 + 1) + 8 * (8 + 1))]
    public void ParametersAreAsManyAsTheEquationsHave(CellKind kind, int count)
    {
        var shape = new CellShape(kind, inputs: 6, units: 8);
        using var parameters = new Networks.LayerParameters("layer", shape, Networks.Parameter.Identity(6), 32);
        Assert.AreEqual(count, shape.ParameterCount);
        Assert.AreEqual(count, parameters.All.Sum(parameter => parameter.Rows * parameter.Columns));
    }
}
