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

    /// <summary>What chooses the neurons, after a check that there is a choice.</summary>
    /// <param name="parameters">The whole network.</param>
    /// <param name="shrink">Which are kept; null for the defaults.</param>
    /// <param name="training">How what is left is trained, with a seed.</param>
    /// <param name="progress">Told where the choice stands.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or neurons cannot be cut.</exception>
    public static NeuronSelector CreateSelector(
        NetworkParameters parameters, ShrinkOptions? shrink, TrainingOptions training, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        shrink ??= new ShrinkOptions();
        shrink.Validate();
        NeuronGroup.Check(parameters.Network, shrink.InputKeepFraction < 1);
        return new NeuronSelector(shrink, OfSelection(training), progress, cancellationToken);
    }

    /// <summary>Scores whole sequences by a network alone.</summary>
    public static Action<int[]> Predictor(NetworkParameters parameters)
    {
        var (scorer, features) = (new SequenceScorer(parameters), new float[parameters.FeatureCount]);
        return tokens => scorer.Score(tokens, features);
    }

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
