using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What must hold of any array of numbers: it is tried on a hundred random ones, the same in each run; one that fails is cut down before it is shown.</summary>
internal static class Property
{
    public static void HoldsForArrays(int least, int most, Action<int[]> check)
    {
        var start = new Replay(new Rnd(1, 3), FSharpOption<int>.None);
        var arrays = Gen.Choose(least, most).ArrayOf();
        Prop.ForAll(Arb.From(arrays, Shorter), check).Check(Config.QuickThrowOnFailure.WithReplay(start).WithQuietOnSuccess(true));
    }

    /// <summary>The array without each half, and without each element.</summary>
    private static IEnumerable<int[]> Shorter(int[] array)
    {
        if (array.Length > 2)
        {
            yield return array[..(array.Length / 2)];
            yield return array[(array.Length / 2)..];
        }
        for (var i = 0; i < array.Length; i++)
            yield return [.. array[..i], .. array[(i + 1)..]];
    }
}
