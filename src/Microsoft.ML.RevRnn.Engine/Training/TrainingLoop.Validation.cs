using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <content>How good the weights are after an epoch, and that they are the same on all ranks.</content>
internal sealed partial class TrainingLoop
{
    private bool Validate(out BatchResult sum)
    {
        sum = default;
        if (_task.ValidationBatchCount == 0)
            return true;
        // The time limit does not cut validation short: of a part of the held-back data there is no result.
        _task.Trainer.IsInterrupted = IfLeader(now => now.IsCancelled);
        _task.Trainer.BeginValidation();
        _task.Counts?.Clear();
        for (var i = 0; i < _task.ValidationBatchCount && !sum.IsGivenUp; i++)
        {
            var result = _leader.IsHere && _leader.Look().IsCancelled ? BatchResult.GivenUp : _task.Evaluate(i);
            sum = result.IsGivenUp ? result : sum + result;
        }
        sum = _task.EndValidation(sum);
        return !sum.IsGivenUp;
    }

    /// <summary>Asks the caller's metric, on rank 0 of a group.</summary>
    private bool ScoreWeights(CancellationToken cancellationToken, out double? score)
    {
        score = null;
        if (Score == null)
            return true;
        _task.Trainer.Export();
        var (found, isGivenUp) = (0.0, false);
        try
        {
            found = _leader.IsHere ? Score(cancellationToken) : 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isGivenUp = true;
        }
        (found, isGivenUp) = _leader.Decide((found, isGivenUp));
        _leader.LookAgain();
        if (isGivenUp)
            return false;
        score = found;
        return double.IsFinite(found)
            ? true
            : throw new InvalidOperationException($"The validation metric is {score} after epoch {_epochs.Count + 1}; it must be a finite number, the higher the better.");
    }

    /// <summary>A question of clock and token that rank 0 asks, and others do not.</summary>
    private Func<bool>? IfLeader(Func<Moment, bool> question) => _leader.IsHere ? () => question(_leader.Look()) : null;

    private void RequireSameWeights()
    {
        if (_leader.Group == null)
            return;
        var hash = 14695981039346656037UL;
        foreach (var parameter in _parameters.All)
        {
            foreach (var value in parameter.Values)
                hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
        }
        _leader.RequireSame(hash, $"the weights differ from those of rank 0 after epoch {_epochs.Count}. The ranks must run the same version of this library on the same data; see docs/distributed.md.");
    }
}
