using System.Diagnostics;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Selection;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Makes a trained model smaller: what that takes for all kinds of models.</summary>
internal static class Shrinking
{
    /// <summary>Tokens of a measurement of speed, and how often it is taken: the least time is the least disturbed.</summary>
    private const int MeasuredTokens = 256;
    private const int Measurements = 5;

    /// <summary>The course of it: chooses neurons by training under gates, cuts the others, trains what is left further, and tells what that cost.</summary>
    /// <param name="model">The whole model, which stays as it is.</param>
    /// <param name="kind">What is of its kind.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    /// <param name="training">How what is left is trained.</param>
    /// <param name="progress">Told where the choice stands.</param>
    /// <param name="cancellationToken">Ends the choice.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or neurons cannot be cut.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before neurons were chosen.</exception>
    public static ShrinkResult<TModel> Run<TModel>(
        TModel model, ShrinkKind<TModel> kind, ShrinkOptions? shrink, TrainingOptions training, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var network = kind.Network(model);
        shrink ??= new ShrinkOptions();
        shrink.Validate();
        NeuronGroup.Check(network.Network, shrink.InputKeepFraction < 1);
        // Drawn once, for the choice and the training behind.
        training = training.WithSeed();
        var ofSelection = OfSelection(training);
        var selector = new NeuronSelector(shrink, ofSelection, progress, cancellationToken);
        var (whole, selection) = kind.Select(ofSelection, new StartingNetwork(network), selector.Run);
        var selected = kind.Network(whole);
        var smaller = NetworkShrinker.Shrink(selected, selector.Groups, selector.Choice, shape => kind.Create(shape, selected));
        var (tuned, fineTuning) = kind.Tune(smaller, training);
        return new(tuned, Report(kind, (model, tuned), selector, selection, fineTuning));
    }

    /// <summary>
    /// The options of the choice: on the processor, where gates are put into the weights; without a checkpoint, since it begins anew where it was interrupted, to the same choice.
    /// </summary>
    private static TrainingOptions OfSelection(TrainingOptions training) => training with { GpuDeviceId = null, CheckpointPath = null, StopAfterEpochs = null, MaximumMinutes = null };

    /// <summary>Scores whole sequences by a network alone.</summary>
    public static Action<int[]> Predictor(NetworkParameters parameters)
    {
        var (scorer, features) = (new SequenceScorer(parameters), new float[parameters.FeatureCount]);
        return tokens => scorer.Score(tokens, features);
    }

    private static ShrinkReport Report<TModel>(
        ShrinkKind<TModel> kind, (TModel Whole, TModel Smaller) models, NeuronSelector selector, TrainingReport selection, TrainingReport fineTuning)
    {
        var (before, after) = (kind.Network(models.Whole), kind.Network(models.Smaller));
        var (timeBefore, timeAfter) = Measure((kind.Predictor(models.Whole), kind.Predictor(models.Smaller)), before.Network.Vocabulary);
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
