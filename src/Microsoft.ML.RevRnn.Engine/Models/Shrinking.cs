using System.Diagnostics;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Selection;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Makes a trained model smaller: what that takes for all kinds of models.</summary>
internal static class Shrinking
{
    /// <summary>Tokens of a measurement of speed, and how often it is taken: the least time is the least disturbed.</summary>
    private const int MeasuredTokens = 256;
    private const int Measurements = 5;

    /// <summary>
    /// The options of the choice: on the processor, where gates are put into the weights; without a checkpoint, since it begins anew where it was interrupted, to the same choice.
    /// </summary>
    public static TrainingOptions OfSelection(TrainingOptions training) => training with { GpuDeviceId = null, CheckpointPath = null, StopAfterEpochs = null, MaximumMinutes = null };

    /// <summary>The account of it.</summary>
    /// <param name="before">The network before.</param>
    /// <param name="after">The network after.</param>
    /// <param name="selector">What chose the neurons.</param>
    /// <param name="selection">How.</param>
    /// <param name="fineTuning">How the smaller network was trained further.</param>
    /// <param name="predict">Predicts with the network before, and after; of a sequence.</param>
    public static ShrinkReport Report(
        NetworkParameters before, NetworkParameters after, NeuronSelector selector, TrainingReport selection, TrainingReport fineTuning, (Action<int[]> Before, Action<int[]> After) predict)
    {
        var (timeBefore, timeAfter) = Measure(predict, before.Network.Vocabulary);
        return new ShrinkReport
        {
            Before = NetworkSize.Of(before, timeBefore),
            After = NetworkSize.Of(after, timeAfter),
            LossBefore = selector.LossBefore,
            LossSelected = selector.LossSelected,
            LossAfter = fineTuning.BestValidationLoss,
            Selection = selection.Epochs.Count == 0 ? null : selection,
            FineTuning = fineTuning,
        };
    }

    /// <summary>Time a token, in turns.</summary>
    private static (TimeSpan Before, TimeSpan After) Measure((Action<int[]> Before, Action<int[]> After) predict, int vocabulary)
    {
        int[] tokens = [.. Enumerable.Range(0, MeasuredTokens).Select(i => i * 7 % vocabulary)];
        var (before, after) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i <= Measurements; i++)
        {
            var (ofBefore, ofAfter) = (Time(predict.Before), Time(predict.After));
            // The first one makes what the others find made.
            if (i > 0)
                (before, after) = (ofBefore < before ? ofBefore : before, ofAfter < after ? ofAfter : after);
        }
        return (before / MeasuredTokens, after / MeasuredTokens);

        TimeSpan Time(Action<int[]> run)
        {
            var start = Stopwatch.GetTimestamp();
            run(tokens);
            return Stopwatch.GetElapsedTime(start);
        }
    }
}
