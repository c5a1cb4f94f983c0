using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Training;

/// <content>The batches of an epoch, and those among them that change nothing.</content>
internal sealed partial class TrainingLoop
{
    private int _skippedInRow;

    /// <summary>Trains on the batches of an epoch, from that on where it stands.</summary>
    /// <returns>Whether there is an epoch to be validated: one that was run to its end or, by the time limit, cut short behind its first batch.</returns>
    private bool RunEpoch(int epoch)
    {
        var count = _task.BeginEpoch(CounterRandom.Key(_seed, RandomUse.Epoch, (ulong)epoch));
        if (_batch > 0 && _batchCount != count)
            throw _checkpoint!.Unusable($"it is of an epoch of {_batchCount} batches, and there are {count} now");
        _batchCount = count;
        // Something must be trained before there is anything to return.
        _task.Trainer.IsInterrupted = IfLeader(now => now.IsCancelled || (IsUp(now) && (epoch > 1 || _batch > 0)));
        while (_batch < count && (_batch == 0 || !IsTimeUp))
        {
            if (Now.IsCancelled)
                return false;
            if (!RunBatch(epoch))
                return !Now.IsCancelled && _batch > 0;
            SaveAtInterval();
            if (_batch < count && _clock.Elapsed - _lastProgress >= _progressInterval)
                Report(new EpochReport(epoch, Mean(_sum), Accuracy(_sum), null, null), (double)_batch / count);
        }
        return true;
    }

    private bool RunBatch(int epoch)
    {
        var i = _batch;
        _totals.Clock.Start();
        var result = _task.Train(i, CounterRandom.Key(CounterRandom.Key(_seed, RandomUse.EpochBatches, (ulong)epoch), (ulong)i));
        if (result.IsGivenUp)
        {
            _totals.Clock.Stop();
            return false;
        }
        var rate = _schedule.Rate(Done((epoch - 1 + (i + 0.5) / _batchCount) / _options.Epochs));
        // Of a batch without a loss there is no gradient either, and no step: its momentum alone would change weights.
        var norm = result.IsUsable ? _task.Trainer.Step(rate * _task.RateFactor(i), _options.WeightDecay, _options.MaximumGradientNorm) : double.NaN;
        _totals.Clock.Stop();
        _batch++;
        _isUnsaved = true;
        if (double.IsFinite(norm))
        {
            _skippedInRow = 0;
            _sum += result;
            _totals.Add(_task, i);
            _meter.Add(rate, norm, _task.Account);
        }
        else
        {
            Skip(epoch, result.IsUsable ? "gradient" : "loss");
        }
        return true;
    }

    /// <summary>The batch changes nothing; too many of them, or one that no later batch can be better than, is the end.</summary>
    private void Skip(int epoch, string what)
    {
        _meter.Skipped++;
        _skippedInRow++;
        if (_skippedInRow > _options.MaximumSkippedBatches)
            throw Diverged(epoch, $"the {what} is not a finite number{(_skippedInRow > 1 ? $", of {_skippedInRow} batches in a row" : "")}");
        _task.Trainer.Export();
        if (_parameters.All.FirstOrDefault(parameter => !TensorPrimitives.IsFiniteAll<float>(parameter.Values)) is { } broken)
            throw Diverged(epoch, $"the {what} is not a finite number, since parameter '{broken.Name}' is not");
        if (_batch == _batchCount && _sum.Predictions == 0)
            throw Diverged(epoch, $"the {what} is not a finite number, and neither is that of any batch of the epoch");
    }

    /// <summary>The part of training that is done, 0 to 1, by epochs or by time, whichever is further on.</summary>
    private double Done(double ofEpochs) =>
        _options.MaximumMinutes is { } minutes ? Math.Min(1, Math.Max(ofEpochs, Now.Elapsed.TotalMinutes / minutes)) : ofEpochs;

    private InvalidOperationException Diverged(int epoch, string why)
    {
        var kept = _checkpoint is { HasFile: true } ? $" The state after {_savedPosition} is in '{_options.CheckpointPath}'." : "";
        return new InvalidOperationException(
            $"Training diverged in epoch {epoch}, batch {_batch}: {why}. " +
            $"Lower {nameof(TrainingOptions.LearningRate)} (now {_options.LearningRate}) or {nameof(TrainingOptions.MaximumGradientNorm)} (now {_options.MaximumGradientNorm}).{kept}");
    }
}
